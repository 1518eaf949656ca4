import { bySetting, replicasInSync, type Topic } from "./lint/topics.ts";
import type { TopicSpec, TopicValue } from "../kinds/kafka-topic/definition.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-min-isr-gt-rf",
  severity: "error",
  summary: "A topic wants more replicas in sync than it has.",
  why: "Kafka creates the topic, and then refuses every write with acks=all for ever.",
  fix: "Lower min.insync.replicas to at most one less than replication, or raise replication.",
  check: (model, report) => {
    const topics: Topic[] = model.ofKind<TopicValue, TopicSpec>("kafka-topic");
    const wrong = topics.filter((topic) => replicasInSync(topic) > topic.spec.replicationFactor);
    for (const { named, first, mark } of bySetting(wrong, "config", "min.insync.replicas")) {
      report({
        what: `The topic ${named} wants ${replicasInSync(first)} replicas in sync and has ${first.spec.replicationFactor}.`,
        mark,
      });
    }
  },
};
