import { bySetting, durableTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-rf-lt-3",
  severity: "warning",
  summary: "A topic is kept on fewer than three brokers.",
  why: "With one copy the loss of a broker loses records; with two, one broker down leaves no room for safe writes.",
  fix: 'Use "replication: 3". Clusters of a sandbox, which have one broker, are not looked at.',
  check: (model, report) => {
    const few = durableTopics(model).filter(({ spec }) => spec.replicationFactor < 3);
    for (const { named, first, mark } of bySetting(few, "replication")) {
      const brokers = first.spec.replicationFactor === 1 ? "one broker" : "two brokers";
      report({ what: `The topic ${named} is kept on ${brokers} only.`, mark });
    }
  },
};
