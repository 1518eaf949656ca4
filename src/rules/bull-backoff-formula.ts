import { secondsText, waitsOf } from "../kinds/redis-content/backoff.ts";
import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-backoff-formula",
  severity: "info",
  summary: "Bull's exponential backoff grows otherwise than BullMQ's.",
  why: "Bull waits 2^n - 1 times the delay after the nth attempt, BullMQ 2^(n-1) times: who copies settings from one to the other gets other waits.",
  fix: "Check that these are the waits you want, and compute the delay anew when you move to BullMQ.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      const { library, attempts = 1, backoff } = value;
      // The first wait is the same.
      if (library.name !== "bull" || backoff?.type !== "exponential" || attempts < 3) continue;
      const shown = (of: "bull" | "bullmq"): string =>
        waitsOf(of, attempts, backoff).slice(0, 5).map(secondsText).join(", ");
      report({
        what: `Between the attempts of its jobs, "${name}" waits ${shown("bull")}${attempts > 6 ? " and so on" : ""}; BullMQ would wait ${shown("bullmq")}.`,
        mark: markOf(backoff, "type") ?? mark,
      });
    }
  },
};
