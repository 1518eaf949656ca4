import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { Vhost } from "./view.ts";

/**
 * What to say of a queue where messages only wait before they go back to another one, as people built retries before there
 * was a word for it. undefined for any other queue, such as one whose messages expire into a dead-letter queue.
 */
export function looksLikeRetry(waiting: QueueSpec, vhost: Vhost): string | undefined {
  const { "x-message-ttl": ttl } = waiting.arguments;
  if (typeof ttl !== "number") return undefined;
  const back = deadLettersOf(waiting, vhost).find((queue) => goesBack(waiting, queue, vhost));
  if (back === undefined) return undefined;
  return `Looks like a step of a retry ladder: messages wait ${durationText(ttl)} here and go on to ${back}. "retry:" would build one in a line, from queues with other names.`;
}

/** Whether the queue is where dead letters of the other come from, or is called so: the brokers don't tell which has consumers. */
function goesBack({ name }: QueueSpec, other: string, vhost: Vhost): boolean {
  const spec = vhost.queues.get(other);
  if (!spec || other === name) return false;
  const isCalledSo =
    /retry|retries|wait|delay|backoff|requeue/i.test(name) || (name.startsWith(other) && !isLast(name));
  return (isCalledSo && !isLast(other)) || deadLettersOf(spec, vhost).includes(name);
}

/** Whether a name is one that people give to the end of the way. */
const isLast = (name: string): boolean => /dlq|dlx|dead|error|fail|parking|poison/i.test(name);

/** The queues that the dead letters of a queue come to. */
function deadLettersOf({ arguments: found }: QueueSpec, { from, exchanges }: Vhost): string[] {
  const { "x-dead-letter-exchange": exchange, "x-dead-letter-routing-key": key } = found;
  if (exchange === "") return typeof key === "string" ? [key] : [];
  if (typeof exchange !== "string") return [];
  const isFanout = exchanges.get(exchange)?.type === "fanout";
  return (from.get(exchange) ?? [])
    .filter(({ spec }) => spec.destinationType === "queue")
    .filter(({ spec }) => isFanout || key === undefined || spec.routingKey === key)
    .map(({ spec }) => spec.destination);
}
