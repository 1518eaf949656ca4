import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-option-unsupported",
  severity: "error",
  summary: "A job queue of Bull has an option that only BullMQ knows.",
  why: "Bull ignores it without a word, and what it was meant to do does not happen.",
  fix: "Remove it, or use BullMQ.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      if (value.library.name !== "bull") continue;
      const ignored = (what: string, at: object, word: string): void =>
        report({
          what: `Bull has no ${what}, and "${name}" asks for it.`,
          mark: keyMarkOf(at, word) ?? mark,
        });
      if (value.globalConcurrency !== undefined)
        ignored("concurrency over all workers together", value, "globalConcurrency");
      if (value.backoff?.jitter !== undefined) ignored("jitter", value.backoff, "jitter");
      for (const schedule of Object.values(value.schedules ?? {})) {
        if (schedule.every !== undefined && schedule.startDate !== undefined)
          ignored("start date for schedules with every", schedule, "startDate");
      }
    }
  },
};
