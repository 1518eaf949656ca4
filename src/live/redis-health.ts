import type { RedisClient } from "../brokers/redis.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Ailment } from "./connection.ts";

/** Job queues lose jobs wherever Redis makes room by itself. Throws BrokerError. */
export async function redisAilments(
  client: RedisClient,
  cluster: string,
  desired: readonly PlanObject[],
): Promise<Ailment[]> {
  const [memory, stats] = await Promise.all([client.info("memory"), client.info("stats")]);
  const base = { broker: "redis", cluster } as const;
  const policy = memory["maxmemory_policy"] ?? "unknown";
  const evicted = Number(stats["evicted_keys"] ?? 0);
  // Where the settings are declared, another policy is drift.
  const isDeclared = desired.some(({ kind }) => kind === "redis-server");
  return [
    ...(policy !== "noeviction" && !isDeclared
      ? [
          {
            ...base,
            check: "eviction-policy",
            sentence: `maxmemory-policy is ${policy}, so a full Redis deletes jobs and schedules. Set it to noeviction.`,
          } as const,
        ]
      : []),
    ...(evicted > 0
      ? [
          {
            ...base,
            check: "evictions",
            sentence: `Redis has deleted ${evicted} keys since it was started, to make room. Jobs may be among them: give it more memory, and set maxmemory-policy to noeviction.`,
          } as const,
        ]
      : []),
  ];
}
