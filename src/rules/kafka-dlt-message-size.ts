import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import { markOf } from "../topology/mark.ts";
import { deadLetterTopics } from "./lint/dead-letter-topics.ts";
import type { Rule } from "./rule.ts";

/** Kafka's own, where neither topic nor cluster says otherwise. */
const defaultSize = 1_048_588;

export const rule: Rule = {
  id: "kafka-dlt-message-size",
  severity: "warning",
  summary: "A dead letter topic takes smaller records than its topic does.",
  why: "A large record that fails can't be written there (RecordTooLarge): the consumer stands still or drops it.",
  fix: 'Give both the same "max.message.bytes".',
  check: (model, report) => {
    for (const { topic, deadLetter } of deadLetterTopics(model)) {
      if (sizeOf(deadLetter.spec) >= sizeOf(topic.spec)) continue;
      report({
        what: `"${deadLetter.name}" takes records of ${sizeOf(deadLetter.spec)} bytes, and "${topic.name}" of ${sizeOf(topic.spec)}.`,
        mark: markOf(deadLetter.value, "config", "max.message.bytes") ?? deadLetter.mark,
      });
    }
  },
};

const sizeOf = ({ config }: TopicSpec): number => Number(config["max.message.bytes"] ?? defaultSize);
