import type { KafkaLogin } from "../brokers/kafka-connection.ts";
import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import { countJobs } from "../brokers/redis-queues.ts";
import type { RedisClient } from "../brokers/redis.ts";
import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { AtStake } from "../review/changes.ts";

type Found = Promise<Map<string, AtStake>>;

function vhostOf({ kind, spec }: PlanObject): string | undefined {
  if (kind === "rabbitmq-queue") return String(spec["vhost"]);
  return kind === "rabbitmq-vhost" ? String(spec["name"]) : undefined;
}

/** Queues and whole vhosts. */
export async function queuesAtStake(objects: readonly PlanObject[], client: RabbitmqClient): Found {
  const found = new Map<string, AtStake>();
  for (const [vhost, concerned] of Map.groupBy(objects, vhostOf)) {
    const counts = vhost === undefined ? undefined : await client.queueCounts(vhost);
    if (!counts) continue;
    for (const { kind, key, spec } of concerned) {
      const held = kind === "rabbitmq-vhost" ? total([...counts.values()]) : counts.get(String(spec["name"]));
      if (held) found.set(key, held);
    }
  }
  return found;
}

const total = (counts: readonly { readonly messages: number; readonly consumers: number }[]): AtStake => ({
  messages: counts.reduce((sum, { messages }) => sum + messages, 0),
  consumers: counts.reduce((sum, { consumers }) => sum + consumers, 0),
});

export async function topicsAtStake(objects: readonly PlanObject[], login: KafkaLogin): Found {
  const topics = objects.filter(({ kind }) => kind === "kafka-topic");
  if (topics.length === 0) return new Map();
  const { topicContents } = await import("../brokers/kafka-contents.ts");
  const contents = await topicContents(
    login,
    topics.map(({ spec }) => String(spec["name"])),
  );
  return new Map(
    topics.flatMap(({ key, spec }) => {
      const held = contents.get(String(spec["name"]));
      return held ? [[key, held] as const] : [];
    }),
  );
}

export async function jobsAtStake(objects: readonly PlanObject[], client: RedisClient): Found {
  const queues = objects.filter(({ kind }) => kind === "redis-content");
  const counts = await countJobs(
    client,
    queues.map(({ spec }) => spec as RedisContentSpec),
  );
  return new Map(queues.map(({ key }, index) => [key, { messages: counts[index] ?? 0 }]));
}
