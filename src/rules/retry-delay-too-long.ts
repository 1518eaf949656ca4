import { waits } from "../patterns/retry/ladder.ts";
import { type QueueWithRetry, retryOf } from "../patterns/retry/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** In milliseconds. Source: rabbit_misc.erl, check_expiry. */
const tenYears = 315_360_000_000;

export const rule: Rule = {
  id: "retry-delay-too-long",
  severity: "error",
  summary: "A retry would wait for more than ten years.",
  why: "RabbitMQ refuses such a time to live (406).",
  fix: 'Set "maxDelay", or ask for fewer retries or a smaller factor.',
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<QueueWithRetry, never>("rabbitmq-queue")) {
      const retry = retryOf(value);
      const index = retry ? waits(retry).findIndex((wait) => wait > tenYears) : -1;
      if (index === -1) continue;
      report({
        what: `Retry ${index + 1} of "${name}" would come after more than ten years.`,
        mark: markOf(value, "retry") ?? mark,
      });
    }
  },
};
