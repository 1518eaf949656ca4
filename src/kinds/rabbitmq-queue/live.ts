import { queueKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import type { QueueSpec } from "./definition.ts";

export const live: RabbitmqFacet<QueueSpec> = {
  broker: "rabbitmq",
  order: 3,
  observe: ({ info, definitions }, cluster) =>
    (definitions.queues ?? [])
      // Named by the server for a client that asked for any name.
      .filter(({ name }) => !name.startsWith("amq."))
      .map(({ name, durable, auto_delete, arguments: found, type }) => ({
        key: queueKey(cluster, info.name, name),
        spec: {
          vhost: info.name,
          name,
          durable,
          autoDelete: auto_delete,
          // 3.x stores no type for classic queues that were declared without one.
          arguments: { ...found, "x-queue-type": found["x-queue-type"] ?? type ?? "classic" },
        },
      })),
  define: ({ name, durable, autoDelete, arguments: wanted }) => ({
    queues: [{ name, durable, auto_delete: autoDelete, arguments: wanted }],
  }),
  remove: (client, { vhost, name }) => client.deleteQueue(vhost, name),
  messagesIn: (client, { vhost, name }) => client.messagesIn(vhost, name),
};
