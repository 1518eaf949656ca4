import { queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import { type QueueWithRetry, retriesAtLeastOnce, retryOf } from "../patterns/retry/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "retry-at-most-once",
  severity: "warning",
  summary: "A quorum queue with retries drops its oldest message when it is full.",
  why: "RabbitMQ then sends dead letters at most once: a message on its way to a retry can be lost while a node is away.",
  fix: 'Set "overflow: reject-publish" under "limit".',
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<QueueWithRetry, never>("rabbitmq-queue")) {
      if (!retryOf(value) || queueTypeOf(value) !== "quorum" || retriesAtLeastOnce(value)) continue;
      report({
        what: `"${name}" has retries, and ${value.limit?.overflow === undefined ? "no overflow is chosen, so that it drops" : "drops"} its oldest message when it is full.`,
        mark: keyMarkOf(value, "limit", "overflow") ?? mark,
      });
    }
  },
};
