import { topicKey } from "../kinds/key.ts";
import type { TopicValue } from "../kinds/kafka-topic/definition.ts";
import type { Declaration } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import { durationPattern } from "../topology/units.ts";
import {
  deadLetterRetention,
  retryRetention,
  sideTopic,
  sideTopicsOf,
  type TopicWithRetry,
} from "./kafka-retry/side-topics.ts";
import { durationText } from "./retry/ladder.ts";
import type { Pattern } from "./pattern.ts";

/**
 * Kafka has neither retries nor dead letters: `retry` gives a topic others beside it, and consumers do the rest. A consumer
 * that fails writes the record to the first retry topic, with headers that say where it came from and how often it was
 * tried. Whoever reads a retry topic waits until a record is as old as the topic's name says, tries again, and writes it
 * to the next one, in the end to <topic>.dlt.
 */
export const pattern: Pattern = {
  id: "kafka-retry",
  adds: {
    kind: "kafka-topic",
    properties: {
      retry: {
        type: "object",
        required: ["retries", "delay"],
        description:
          "Topics beside this one for records that failed: <topic>.retry.<delay> for each delay, and <topic>.dlt. Consumers write to them and wait; Kafka does neither. Records with the same key may change places.",
        properties: {
          retries: {
            type: "integer",
            minimum: 1,
            maximum: 30,
            description: "How often a record is tried again: 3 means at most four tries.",
            examples: [3],
          },
          delay: {
            type: "string",
            pattern: durationPattern,
            description: "The wait before the first retry.",
            examples: ["10s"],
          },
          backoff: {
            enum: ["exponential", "fixed"],
            default: "exponential",
            description:
              "Whether each wait is longer than the one before, or all are the same and share a topic.",
          },
          factor: {
            type: "number",
            minimum: 1,
            maximum: 100,
            default: 2,
            description: "With exponential: each wait is so many times the one before. 2 gives 10s 20s 40s.",
          },
          maxDelay: {
            type: "string",
            pattern: durationPattern,
            description: "No wait is longer than this.",
            examples: ["5m"],
          },
        },
        additionalProperties: false,
      },
      deadLetter: {
        type: "boolean",
        default: false,
        description: "A topic <topic>.dlt for records that nobody can process. retry brings it along.",
      },
    },
  },
  expand: (declarations) => {
    const declared = new Set(declarations.map(({ key }) => key));
    return declarations.flatMap((declaration) =>
      declaration.kind === "kafka-topic" && declaration.addedBy === undefined
        ? [
            declaration,
            // What people declare by that name themselves stays theirs; rules look at whether it fits.
            ...besides(declaration as Declaration<TopicWithRetry>).filter(({ key }) => !declared.has(key)),
          ]
        : [declaration],
    );
  },
};

function besides({
  file,
  cluster,
  name,
  value,
  mark,
}: Declaration<TopicWithRetry>): Declaration<TopicValue>[] {
  const { retries, deadLetter } = sideTopicsOf(name, value);
  const at = markOf(value, value.retry ? "retry" : "deadLetter") ?? mark;
  const beside = (topic: string, purpose: string, retention: number): Declaration<TopicValue> => ({
    file,
    kind: "kafka-topic",
    key: topicKey(cluster, topic),
    cluster,
    name: topic,
    value: sideTopic(value, purpose, retention),
    mark: at,
    addedBy: "kafka-retry",
  });
  return [
    ...retries.map((retry) =>
      beside(
        retry.name,
        `Records of ${name} that failed and wait ${durationText(retry.delay)}`,
        retryRetention(value, retry.delay),
      ),
    ),
    ...(deadLetter === undefined
      ? []
      : [beside(deadLetter, `Records of ${name} that nobody could process`, deadLetterRetention(value))]),
  ];
}
