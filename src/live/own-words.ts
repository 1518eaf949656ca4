import type { KafkaClient } from "../brokers/kafka.ts";
import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import { bindingKey, queueKey, topicKey } from "../kinds/key.ts";
import { identityOf } from "../kinds/rabbitmq-binding/live.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { OwnWords } from "./connection.ts";

/** The names that a RabbitMQ has for bindings, and the arguments that it has stored of queues: a call each a vhost. */
export async function rabbitmqWords(
  client: RabbitmqClient,
  cluster: string,
  objects: readonly PlanObject[],
): Promise<ReadonlyMap<string, OwnWords>> {
  const vhostsOf = (wanted: string): string[] => [
    ...new Set(objects.filter(({ kind }) => kind === wanted).map(({ spec }) => String(spec["vhost"]))),
  ];
  const words = await Promise.all([
    ...vhostsOf("rabbitmq-binding").map(async (vhost) =>
      (await client.bindings(vhost)).map((found) => [bindingKey(cluster, vhost, identityOf(found)), found]),
    ),
    ...vhostsOf("rabbitmq-queue").map(async (vhost) =>
      (await client.queueArguments(vhost)).map((found) => [queueKey(cluster, vhost, found.name), found]),
    ),
  ]);
  return new Map(words.flat() as [string, OwnWords][]);
}

/** Settings and replicas of topics. */
export async function kafkaWords(
  client: KafkaClient,
  cluster: string,
): Promise<ReadonlyMap<string, OwnWords>> {
  return new Map((await client.topics()).map((topic) => [topicKey(cluster, topic.name), { ...topic }]));
}
