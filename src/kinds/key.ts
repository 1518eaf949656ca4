import { createHash } from "node:crypto";

/**
 * The canonical name of an object: `rabbitmq/main/shop/queue/orders.fulfil`. It depends on cluster, vhost, kind and name
 * only, so moving a queue to another file or domain changes nothing. It is also the logical name in Pulumi and what
 * people type after `--delete`.
 */
export function keyOf(...segments: string[]): string {
  return segments
    .map((segment) => segment.replace(/[/%]/g, (character) => encodeURIComponent(character)))
    .join("/");
}

export const vhostKey = (cluster: string, vhost: string): string =>
  keyOf("rabbitmq", cluster, vhost, "vhost");
export const exchangeKey = (cluster: string, vhost: string, name: string): string =>
  keyOf("rabbitmq", cluster, vhost, "exchange", name);
export const queueKey = (cluster: string, vhost: string, name: string): string =>
  keyOf("rabbitmq", cluster, vhost, "queue", name);
export const policyKey = (cluster: string, vhost: string, name: string): string =>
  keyOf("rabbitmq", cluster, vhost, "policy", name);
export const topicKey = (cluster: string, name: string): string => keyOf("kafka", cluster, "topic", name);
export const userKey = (broker: "rabbitmq" | "kafka", cluster: string, name: string): string =>
  keyOf(broker, cluster, "user", name);

export interface BindingIdentity {
  readonly source: string;
  readonly destination: string;
  readonly destinationType: "queue" | "exchange";
  readonly routingKey: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** RabbitMQ tells bindings apart by all they say; arguments enter the key as a short digest. */
export function bindingKey(cluster: string, vhost: string, binding: BindingIdentity): string {
  const last =
    Object.keys(binding.arguments).length === 0
      ? binding.routingKey
      : `${binding.routingKey}~${digest(binding.arguments)}`;
  return keyOf(
    "rabbitmq",
    cluster,
    vhost,
    "binding",
    binding.source,
    binding.destinationType,
    binding.destination,
    last,
  );
}

/** A short, stable name for a set of settings: eight hex digits of a SHA-256 over the canonical JSON. */
export function digest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 8);
}

/** JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
