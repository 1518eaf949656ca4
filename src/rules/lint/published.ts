import { exchangeKey } from "../../kinds/key.ts";
import { defaultExchange, rabbitmqRoles } from "../../patterns/apps/rabbitmq-roles.ts";
import { textOf } from "../../topology/file.ts";
import { isObject } from "../../topology/json.ts";
import { perModel } from "./per-model.ts";

/** The keys that files say are published, by the key of the exchange: what applications may use, and what routing tests send. */
export const publishedKeys = perModel((model) => {
  const found = new Map<string, Set<string>>();
  const add = (exchange: string, key: string): void => {
    const known = found.get(exchange);
    if (known) known.add(key);
    else found.set(exchange, new Set([key]));
  };
  for (const { cluster, vhost, publishes } of rabbitmqRoles(model.files, model.all))
    for (const { exchange, keys = [] } of publishes)
      for (const key of keys) if (!/[*#]/.test(key)) add(exchangeKey(cluster, vhost, exchange), key);
  for (const file of model.files) {
    const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
    const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
    const routes: unknown = file.value["routes"];
    for (const route of Array.isArray(routes) ? (routes as unknown[]) : []) {
      const publish = isObject(route) ? route["publish"] : undefined;
      if (!isObject(publish) || typeof publish["key"] !== "string") continue;
      add(exchangeKey(cluster, vhost, String(publish["exchange"])), publish["key"]);
    }
  }
  return found;
});

/** The vhosts, as [cluster, vhost], where an application publishes to queues by their names. */
export const vhostsPublishedByName = perModel(
  (model) =>
    new Set(
      rabbitmqRoles(model.files, model.all).flatMap(({ cluster, vhost, publishes }) =>
        publishes.some(({ exchange }) => exchange === defaultExchange || exchange === "")
          ? [JSON.stringify([cluster, vhost])]
          : [],
      ),
    ),
);
