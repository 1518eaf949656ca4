import { exchangeKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import { type ExchangeSpec, isBuiltInExchange } from "./definition.ts";

export const live: RabbitmqFacet<ExchangeSpec> = {
  broker: "rabbitmq",
  order: 2,
  observe: ({ info, definitions }, cluster, desired) =>
    (definitions.exchanges ?? []).flatMap((exchange) => {
      const { name, type, durable, auto_delete: autoDelete, internal, arguments: found } = exchange;
      const key = exchangeKey(cluster, info.name, name);
      // Internal ones are made by plugins for themselves.
      if (isBuiltInExchange(name) || (internal === true && !desired(key))) return [];
      const spec: ExchangeSpec = { vhost: info.name, name, type, durable, autoDelete, arguments: found };
      return [{ key, spec: internal === true ? { ...spec, internal } : spec }];
    }),
  define: ({ name, type, durable, autoDelete, arguments: wanted }) => ({
    exchanges: [{ name, type, durable, auto_delete: autoDelete, internal: false, arguments: wanted }],
  }),
  remove: (client, { vhost, name }) => client.deleteExchange(vhost, name),
};
