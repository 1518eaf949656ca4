import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { TopicWithApps } from "../patterns/apps/kafka-roles.ts";
import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Where something is watched somebody has thought about it, and the rest is a choice. */
export const rule: Rule = {
  id: "monitoring-missing",
  severity: "info",
  summary: "Consumers are named, and nothing says when they are too slow or gone.",
  why: "Nobody is told that messages pile up before users notice, or the disk is full.",
  fix: 'Say when somebody must look: "alert: { depth: 5000 }" at a queue, "maxLag: 10000" at a consumer group.',
  check: ({ ofKind }, report) => {
    const queues = ofKind<QueueWithOperations, QueueSpec>("rabbitmq-queue");
    for (const inVhost of Map.groupBy(queues, ({ cluster, spec }) => `${cluster}/${spec.vhost}`).values()) {
      const consumed = inVhost.find(({ value, addedBy }) => value.consumers && addedBy === undefined);
      if (!consumed || inVhost.some(({ value }) => value.alert)) continue;
      const { name, spec, value, mark } = consumed;
      report({
        what: `No queue in the vhost "${spec.vhost}" has an alert, not even "${name}", which has consumers.`,
        mark: markOf(value, "consumers") ?? mark,
      });
    }
    const topics = ofKind<TopicWithApps, TopicSpec>("kafka-topic");
    for (const [cluster, inCluster] of Map.groupBy(topics, (topic) => topic.cluster)) {
      const groups = inCluster.flatMap(({ value, mark }) =>
        Object.entries(value.consumers ?? {}).map(([name, group]) => ({
          name,
          group,
          mark: markOf(value, "consumers", name) ?? mark,
        })),
      );
      const [first] = groups;
      if (!first || groups.some(({ group }) => group.maxLag !== undefined)) continue;
      report({
        what: `No consumer group of the Kafka cluster "${cluster}" has a maxLag, not even "${first.name}".`,
        mark: first.mark,
      });
    }
  },
};
