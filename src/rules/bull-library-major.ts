import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import { type JobQueueValue, supportedMajors } from "../kinds/redis-content/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-library-major",
  severity: "error",
  summary: "A job queue names a version of its library that Queueform does not know.",
  why: "Other majors keep other things in Redis: what is written there could be overlooked, or break the queue.",
  fix: "Name the major that the applications use, if it is one of those; otherwise bring them up to date.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      const known = supportedMajors[value.library.name];
      if (value.library.major === known) continue;
      report({
        what: `"${name}" says ${value.library.name} ${value.library.major}; Queueform knows ${value.library.name} ${known}.`,
        mark: markOf(value, "library", "major") ?? mark,
      });
    }
  },
};
