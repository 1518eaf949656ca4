import { bySetting, durableTopics, replicasInSync } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-min-isr-one",
  severity: "warning",
  summary: "A replicated topic takes writes that only one broker has.",
  why: "Even with acks=all a write then waits for the leader alone when the others lag, and is lost with that one broker.",
  fix: 'Use "config: { min.insync.replicas: 2 }" with "replication: 3".',
  check: (model, report) => {
    const one = durableTopics(model).filter(
      (topic) => topic.spec.replicationFactor > 2 && replicasInSync(topic) === 1,
    );
    const said = one.filter(({ spec }) => spec.config["min.insync.replicas"] !== undefined);
    for (const { named, mark } of bySetting(said, "config", "min.insync.replicas"))
      report({ what: `The topic ${named} is content with one replica in sync.`, mark });
    for (const topic of one) {
      if (topic.spec.config["min.insync.replicas"] !== undefined) continue;
      report({
        what: `"${topic.name}" doesn't say min.insync.replicas; unless the cluster sets another default, one is enough.`,
        // Many clusters have a safe default, which can't be seen from here.
        severity: "info",
        mark: topic.mark,
      });
    }
  },
};
