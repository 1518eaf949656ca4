import { type QueueSpec, queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import type { QueueWithSettings } from "../patterns/queue-settings.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Words that a queue type doesn't have; arguments are another rule's. */
const notFor: Record<string, readonly (keyof QueueWithSettings)[]> = {
  classic: ["deliveryLimit", "maxAge"],
  quorum: ["priorities", "maxAge"],
  stream: ["ttl", "expires", "deliveryLimit", "priorities", "singleActiveConsumer"],
};

export const rule: Rule = {
  id: "rabbitmq-queue-shape",
  severity: "error",
  summary: "A queue has words that its type doesn't have.",
  why: "RabbitMQ refuses it (406), or accepts and ignores it.",
  fix: "Remove the word, or choose another type.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, spec, mark } of ofKind<QueueWithSettings, QueueSpec>("rabbitmq-queue")) {
      const type = queueTypeOf(value);
      const refuse = (word: string, what: string, fix: string): void =>
        report({
          what,
          why: "RabbitMQ refuses it (406), or accepts and ignores it.",
          fix,
          mark: keyMarkOf(value, word) ?? mark,
        });
      if (type !== "classic" && !spec.durable)
        refuse(
          "durable",
          `A ${type} queue is always durable; "${name}" says it isn't.`,
          'Remove "durable: false", or make it a classic queue.',
        );
      if (type !== "classic" && spec.autoDelete)
        refuse(
          "autoDelete",
          `A ${type} queue can't be deleted automatically.`,
          'Remove "autoDelete", or make it a classic queue.',
        );
      for (const word of notFor[type] ?? []) {
        if (value[word] !== undefined)
          refuse(
            word,
            `A ${type} queue has no "${word}".`,
            `Remove it from "${name}", or choose another type.`,
          );
      }
      if (type !== "stream") {
        if (type === "quorum" && value.limit?.overflow === "reject-publish-dlx") {
          refuse(
            "limit",
            "A quorum queue has no overflow reject-publish-dlx: it would drop the oldest message instead.",
            "Use reject-publish, or make it a classic queue.",
          );
        }
        continue;
      }
      if (value.deadLetter !== undefined && value.deadLetter !== false)
        refuse(
          "deadLetter",
          "A stream has no dead letters: nothing is ever removed from it by reading.",
          'Remove "deadLetter".',
        );
      if (value.limit?.messages !== undefined || value.limit?.overflow !== undefined) {
        refuse("limit", "A stream is limited by bytes and age only.", "Use limit.bytes, or maxAge.");
      }
    }
  },
};
