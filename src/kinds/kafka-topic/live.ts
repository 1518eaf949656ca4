import { topicKey } from "../key.ts";
import type { KafkaFacet } from "../live.ts";
import { isSameConfig } from "./configs.ts";
import type { TopicSpec } from "./definition.ts";

export const live: KafkaFacet<TopicSpec> = {
  broker: "kafka",
  observe: ({ name, internal, partitions, config }, cluster, desired) => {
    if (internal || name.startsWith("__")) return undefined;
    const key = topicKey(cluster, name);
    const asDeclared = desired(key);
    const found: Record<string, string> = { ...config };
    // The broker keeps texts as somebody wrote them; other spellings of one value mean nothing.
    for (const [setting, wanted] of Object.entries(asDeclared?.config ?? {})) {
      const value = found[setting];
      if (value !== undefined && isSameConfig(setting, value, wanted)) found[setting] = wanted;
    }
    const counts = new Set(partitions.map(({ replicas }) => replicas.length));
    // Where partitions differ, those count that are not as declared, and of them the one with the fewest copies.
    if (counts.size > 1 && asDeclared) counts.delete(asDeclared.replicationFactor);
    const replicationFactor = Math.min(...counts);
    return { key, spec: { name, partitions: partitions.length, replicationFactor, config: found } };
  },
  define: ({ name, partitions, replicationFactor, config }) => ({
    name,
    partitions,
    replicationFactor,
    config,
  }),
  alter: async (client, changes) => {
    const grown = changes.filter(({ before, after }) => after.partitions > before.partitions);
    const copied = changes.filter(
      ({ before, after }) => after.replicationFactor !== before.replicationFactor,
    );
    const configured = changes
      .map(({ before, after }) => ({
        topic: after.name,
        set: newValues(before.config, after.config),
        reset: Object.keys(before.config).filter((name) => after.config[name] === undefined),
      }))
      .filter(({ set, reset }) => Object.keys(set).length > 0 || reset.length > 0);
    // One after the other: new partitions must be there before copies of all partitions are moved.
    return [
      ...(configured.length > 0 ? await client.alterConfigs(configured) : []),
      ...(grown.length > 0
        ? await client.createPartitions(
            grown.map(({ after }) => ({ topic: after.name, count: after.partitions })),
          )
        : []),
      ...(copied.length > 0
        ? await client.changeReplication(
            copied.map(({ after }) => ({ topic: after.name, replicationFactor: after.replicationFactor })),
          )
        : []),
    ];
  },
};

function newValues(before: Record<string, string>, after: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value));
}
