import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-priority-zero-trap",
  severity: "warning",
  summary: "Jobs have priority 0, which is before all others.",
  why: "Zero means no priority at all: such jobs run before every job that has one, also before 1.",
  fix: "Use 1 for the most urgent jobs and larger numbers for others, or remove priority.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      if (value.priority === 0)
        report({
          what: `Jobs of "${name}" have priority 0, and run before all jobs that have a priority.`,
          mark: markOf(value, "priority") ?? mark,
        });
    }
  },
};
