import { exchangeKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import { type ExchangeSpec, isBuiltInExchange } from "./definition.ts";

export const live: RabbitmqFacet<ExchangeSpec> = {
  broker: "rabbitmq",
  order: 2,
  observe: ({ info, definitions }, cluster) =>
    (definitions.exchanges ?? [])
      // Internal ones are made by plugins for themselves.
      .filter(({ name, internal }) => !isBuiltInExchange(name) && internal !== true)
      .map(({ name, type, durable, auto_delete, arguments: found }) => ({
        key: exchangeKey(cluster, info.name, name),
        spec: { vhost: info.name, name, type, durable, autoDelete: auto_delete, arguments: found },
      })),
  define: ({ name, type, durable, autoDelete, arguments: wanted }) => ({
    exchanges: [{ name, type, durable, auto_delete: autoDelete, internal: false, arguments: wanted }],
  }),
  remove: (client, { vhost, name }) => client.deleteExchange(vhost, name),
};
