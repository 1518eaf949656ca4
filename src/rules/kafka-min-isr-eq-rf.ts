import { bySetting, durableTopics, replicasInSync } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-min-isr-eq-rf",
  severity: "warning",
  summary: "A topic wants all its replicas in sync.",
  why: "One broker that is down, or only restarted, stops all writes with acks=all.",
  fix: "Use one less than replication: 2 of 3.",
  check: (model, report) => {
    const all = durableTopics(model).filter(
      (topic) => topic.spec.replicationFactor > 1 && replicasInSync(topic) === topic.spec.replicationFactor,
    );
    for (const { named, first, mark } of bySetting(all, "config", "min.insync.replicas"))
      report({ what: `The topic ${named} wants all its ${replicasInSync(first)} replicas in sync.`, mark });
  },
};
