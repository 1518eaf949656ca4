import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import type { TopicWithRetry } from "../patterns/kafka-retry/side-topics.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-retry-ordering-lost",
  severity: "warning",
  summary: "A topic has a key, which keeps records in order, and retries, which don't.",
  why: "A record that waits in a retry topic is overtaken by later ones with the same key: an update may arrive before what it updates.",
  fix: "Let the consumer stop at the record and try again in place, or make it able to take records late and allow this.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<TopicWithRetry, TopicSpec>("kafka-topic")) {
      if (value.retry === undefined || value.key === undefined) continue;
      report({
        what: `Records of "${name}" with the same ${value.key} change places when one of them is tried again.`,
        mark: markOf(value, "retry") ?? mark,
      });
    }
  },
};
