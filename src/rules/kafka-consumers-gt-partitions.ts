import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import type { TopicWithApps } from "../patterns/apps/kafka-roles.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-consumers-gt-partitions",
  severity: "warning",
  summary: "A consumer group may have more instances than its topic has partitions.",
  why: "Each partition is read by one instance of a group: the others cost money and do nothing.",
  fix: "Lower the number of instances, or add partitions, which changes the order per key.",
  check: ({ ofKind }, report) => {
    for (const { name, value, spec, mark } of ofKind<TopicWithApps, TopicSpec>("kafka-topic")) {
      for (const [group, { instances }] of Object.entries(value.consumers ?? {})) {
        const most = Math.max(instances?.max ?? 0, instances?.min ?? 0);
        if (most <= spec.partitions) continue;
        report({
          what: `Group "${group}" may have ${most} instances, and "${name}" has ${spec.partitions} ${spec.partitions === 1 ? "partition" : "partitions"}.`,
          mark: markOf(value, "consumers", group, "instances") ?? mark,
        });
      }
    }
  },
};
