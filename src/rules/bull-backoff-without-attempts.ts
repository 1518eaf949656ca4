import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-backoff-without-attempts",
  severity: "warning",
  summary: "A job queue has a backoff, and its jobs are tried once.",
  why: "A job that fails is never tried again: attempts counts the first try, and is 1 by default.",
  fix: "Set attempts to one more than the retries you want, or remove backoff.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      if (!value.backoff || (value.attempts ?? 1) > 1) continue;
      report({
        what: `The jobs of "${name}" have a backoff, but are tried only once.`,
        mark: keyMarkOf(value, "backoff") ?? mark,
      });
    }
  },
};
