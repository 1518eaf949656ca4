import { queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import { type QueueWithRetry, retryOf } from "../patterns/retry/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "retry-needs-dead-letter",
  severity: "error",
  summary: "Retries are asked for where the queue's dead letters can't come back.",
  why: "Retries are made of the queue's own dead-letter exchange, so without it nothing would be retried.",
  fix: 'Remove "retry", or leave "deadLetter" out: retries bring a dead-letter queue of their own.',
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<QueueWithRetry, never>("rabbitmq-queue")) {
      if (!value.retry || retryOf(value)) continue;
      const refuse = (word: string, what: string, fix: string): void =>
        report({ what, fix, mark: keyMarkOf(value, word) ?? mark });
      if (queueTypeOf(value) === "stream") {
        refuse(
          "retry",
          `The stream "${name}" asks for retries: nothing is ever removed from a stream, so nothing comes back.`,
          'Remove "retry", or make it a quorum queue.',
        );
      } else if (value.deadLetter === false) {
        refuse(
          "deadLetter",
          `"${name}" asks for retries and for no dead letter.`,
          'Remove "deadLetter: false": after the last retry a message has to go somewhere.',
        );
      } else {
        refuse(
          "deadLetter",
          `"${name}" asks for retries, and sends its dead letters to an exchange of somebody else's.`,
          'Name the queue where they end instead of the exchange: "deadLetter: { queue: ... }".',
        );
      }
    }
  },
};
