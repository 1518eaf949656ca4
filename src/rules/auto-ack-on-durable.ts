import { type QueueSpec, queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "auto-ack-on-durable",
  severity: "warning",
  summary: "Messages of a durable queue are acknowledged before they are handled.",
  why: "A consumer that stops loses all messages that were sent to it and that it had not handled yet; nothing limits how many those are.",
  fix: "Set ack: manual, and acknowledge when the work is done.",
  check: ({ ofKind }, report) => {
    for (const { name, value, spec, mark } of ofKind<QueueWithOperations, QueueSpec>("rabbitmq-queue")) {
      if (value.consumers?.ack !== "auto") continue;
      const isStream = queueTypeOf(value) === "stream";
      if (!spec.durable && !isStream) continue;
      report({
        what: isStream
          ? `The consumers of the stream "${name}" acknowledge automatically, which streams refuse.`
          : `"${name}" survives a restart of the broker, and its messages not even one of a consumer.`,
        ...(isStream && { why: "A consumer of a stream gets more messages as it acknowledges them." }),
        mark: keyMarkOf(value, "consumers", "ack") ?? mark,
      });
    }
  },
};
