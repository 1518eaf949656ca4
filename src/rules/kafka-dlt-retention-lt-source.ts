import { retentionOf } from "../patterns/kafka-retry/side-topics.ts";
import { markOf } from "../topology/mark.ts";
import { deadLetterTopics } from "./lint/dead-letter-topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-dlt-retention-lt-source",
  severity: "warning",
  summary: "A dead letter topic keeps its records shorter than its topic does.",
  why: "What failed is gone before anybody looked at it, while what went well is still there.",
  fix: "Keep dead letters at least as long.",
  check: (model, report) => {
    for (const { topic, deadLetter } of deadLetterTopics(model)) {
      if (retentionOf(deadLetter.value) >= retentionOf(topic.value)) continue;
      report({
        what: `"${deadLetter.name}" keeps records shorter than "${topic.name}".`,
        mark: markOf(deadLetter.value, "retention") ?? deadLetter.mark,
      });
    }
  },
};
