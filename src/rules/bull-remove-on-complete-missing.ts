import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-remove-on-complete-missing",
  severity: "warning",
  summary: "Completed jobs stay in Redis for ever.",
  why: "Memory fills with them until Redis refuses new jobs.",
  fix: "Add removeOnComplete: true, or keep some: { age: 1d, count: 1000 }. Write false if they really should stay.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      if (value.removeOnComplete === undefined)
        report({ what: `Nothing says when completed jobs of "${name}" are removed.`, mark });
    }
  },
};
