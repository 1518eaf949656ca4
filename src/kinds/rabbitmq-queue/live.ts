import type { QueueDefinition } from "../../brokers/rabbitmq-definitions.ts";
import { queueKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import type { QueueSpec } from "./definition.ts";

/**
 * 3.x stores no type for classic queues that were declared without one, 4.x does, and both take either declaration for
 * the other: the files say which was meant, and where they don't it is what is stored.
 */
function argumentsOf(
  { arguments: stored, type }: QueueDefinition,
  desired: QueueSpec | undefined,
): QueueSpec["arguments"] {
  const { "x-queue-type": said = type, ...rest } = stored;
  if (said !== undefined && said !== "classic") return { ...rest, "x-queue-type": said };
  return "x-queue-type" in (desired?.arguments ?? stored) ? { ...rest, "x-queue-type": "classic" } : rest;
}

export const live: RabbitmqFacet<QueueSpec> = {
  broker: "rabbitmq",
  order: 3,
  observe: ({ info, definitions }, cluster, desired) =>
    (definitions.queues ?? [])
      // Named by the server for a client that asked for any name.
      .filter(({ name }) => !name.startsWith("amq."))
      .map((queue) => {
        const { name, durable, auto_delete: autoDelete } = queue;
        const key = queueKey(cluster, info.name, name);
        const found = argumentsOf(queue, desired(key));
        return { key, spec: { vhost: info.name, name, durable, autoDelete, arguments: found } };
      }),
  define: ({ name, durable, autoDelete, arguments: wanted }) => ({
    queues: [{ name, durable, auto_delete: autoDelete, arguments: wanted }],
  }),
  remove: (client, { vhost, name }) => client.deleteQueue(vhost, name),
  messagesIn: (client, { vhost, name }) => client.messagesIn(vhost, name),
};
