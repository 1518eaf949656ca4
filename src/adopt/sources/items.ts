import type { JsonTable } from "../../brokers/rabbitmq-definitions.ts";
import { exchangeKey, queueKey } from "../../kinds/key.ts";
import { isObject } from "../../topology/json.ts";
import type { Place, RabbitmqCollector } from "./rabbitmq.ts";

/** One entry of a list of definitions, or the spec of a resource, whose shape has been checked. */
export type Item = Readonly<Record<string, unknown>>;

export function readExchange(collector: RabbitmqCollector, item: Item, vhost: string, place: Place): void {
  const name = nameOf(item);
  const exchange = {
    name,
    type: String(item["type"]),
    durable: item["durable"] !== false,
    auto_delete: item["auto_delete"] === true,
    internal: item["internal"] === true,
    arguments: tableOf(item["arguments"]),
  };
  const key = exchangeKey(collector.cluster, vhost, name);
  const isKept = collector.add("rabbitmq-exchange", vhost, { exchanges: [exchange] }, place);
  if (!isKept && exchange.internal)
    collector.note(
      key,
      `The exchange "${name}" is internal: only other exchanges may publish to it, and there is no word for that.`,
      place,
    );
}

export function readQueue(collector: RabbitmqCollector, item: Item, vhost: string, place: Place): void {
  const name = nameOf(item);
  const type = textIn(item, "type");
  const given = tableOf(item["arguments"]);
  const queue = {
    name,
    durable: item["durable"] !== false,
    auto_delete: item["auto_delete"] === true,
    // What a broker exports is stored so. What others write for one is not yet, and RabbitMQ 4 adds the type.
    arguments: collector.isExport || type !== undefined ? given : { "x-queue-type": "classic", ...given },
    ...(type !== undefined && { type }),
  };
  const key = queueKey(collector.cluster, vhost, name);
  if (item["exclusive"] === true) {
    collector.note(
      key,
      `The queue "${name}" is exclusive: it belongs to the connection that made it and goes with it.`,
      place,
    );
    return;
  }
  if (!collector.add("rabbitmq-queue", vhost, { queues: [queue] }, place))
    collector.note(
      key,
      `The queue "${name}" was named by the broker for a client that asked for any name, and is that client's.`,
      place,
    );
}

export const nameOf = (item: Item): string => String(item["name"]);
export const textIn = (item: Item, name: string): string | undefined =>
  typeof item[name] === "string" ? item[name] : undefined;
/** Erlang's empty property list is written as [] by some versions. */
export const tableOf = (value: unknown): JsonTable => (isObject(value) ? (value as JsonTable) : {});

/** One text with commas before 3.9, a list since. */
export function tagsOf(tags: unknown): string[] {
  const all = typeof tags === "string" ? tags.split(",") : Array.isArray(tags) ? tags.map(String) : [];
  return all.map((tag) => tag.trim()).filter((tag) => tag !== "");
}
