import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-queue-name-colon",
  severity: "error",
  summary: "The name of a job queue or of a schedule has a colon in it.",
  why: "Colons separate the parts of keys in Redis: BullMQ refuses such a queue, with Bull two queues can share keys, and schedules are taken for others.",
  fix: "Use another character, such as a hyphen or a dot.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      if (name.includes(":"))
        report({ what: `A job queue can't be called "${name}": it has a colon in it.`, mark });
      for (const id of Object.keys(value.schedules ?? {})) {
        if (!id.includes(":")) continue;
        report({
          what: `A schedule of "${name}" can't be called "${id}": it has a colon in it.`,
          mark: keyMarkOf(value, "schedules", id) ?? mark,
        });
      }
    }
  },
};
