import { deadLetterTopics } from "./lint/dead-letter-topics.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-dlt-partitions-lt-source",
  severity: "error",
  summary: "A dead letter topic has fewer partitions than its topic.",
  why: "Clients write a dead letter to the partition that the record came from: without it the write fails, and the consumer stands still or drops the record.",
  fix: "Give the dead letter topic at least as many partitions.",
  check: (model, report) => {
    for (const { topic, deadLetter } of deadLetterTopics(model)) {
      if (deadLetter.spec.partitions >= topic.spec.partitions) continue;
      report({
        what: `"${deadLetter.name}" has ${deadLetter.spec.partitions} partitions, and "${topic.name}" has ${topic.spec.partitions}.`,
        mark: markOf(deadLetter.value, "partitions") ?? deadLetter.mark,
      });
    }
  },
};
