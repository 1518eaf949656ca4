import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { Vhost } from "./view.ts";

/**
 * What to say of a queue where messages only wait before they go back to another one, as people built retries before there
 * was a word for it. undefined for any other queue.
 */
export function looksLikeRetry({ name, arguments: found }: QueueSpec, vhost: Vhost): string | undefined {
  const {
    "x-message-ttl": ttl,
    "x-dead-letter-exchange": exchange,
    "x-dead-letter-routing-key": key,
  } = found;
  if (typeof ttl !== "number" || typeof exchange !== "string") return undefined;
  const back = exchange === "" ? [String(key ?? "")] : boundTo(exchange, key, vhost);
  const destination = back.find((queue) => queue !== name && vhost.queues.has(queue));
  if (destination === undefined) return undefined;
  return `Looks like a step of a retry ladder: messages wait ${durationText(ttl)} here and go on to ${destination}. "retry:" would build one in a line, from queues with other names.`;
}

function boundTo(exchange: string, key: unknown, { from, exchanges }: Vhost): string[] {
  const isFanout = exchanges.get(exchange)?.type === "fanout";
  return (from.get(exchange) ?? [])
    .filter(({ spec }) => spec.destinationType === "queue")
    .filter(({ spec }) => isFanout || key === undefined || spec.routingKey === key)
    .map(({ spec }) => spec.destination);
}
