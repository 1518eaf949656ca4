import type { Declaration } from "../topology/file.ts";
import { emptyObject, isObject, type JsonObject } from "../topology/json.ts";
import { derive, markOf } from "../topology/mark.ts";
import { exchangeKey, queueKey } from "../kinds/key.ts";
import { declareBinding } from "../kinds/rabbitmq-binding/definition.ts";
import type { BindValue } from "../kinds/rabbitmq-binding/schema.ts";
import { queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { Pattern } from "./pattern.ts";
import { bindDeath, type DeathReason } from "./retry/deaths.ts";
import { type QueueWithRetry, retryOf } from "./retry/value.ts";

export interface DeadLetterValue {
  readonly exchange?: string;
  readonly key?: string;
  readonly queue?: string;
  readonly in?: "policy" | "arguments";
}

export type QueueWithDeadLetter = QueueValue & { readonly deadLetter?: boolean | DeadLetterValue };

/**
 * `deadLetter: true` gives a queue its own dead-letter exchange and queue.
 *
 * The queue gets one constant argument, x-dead-letter-exchange: <queue>.dlx, and no dead-letter key. An argument can never
 * change, bindings can: whatever the dead letters reach later is changed behind the exchange, and the queue stays.
 * The exchange is of type headers because retries tell deaths apart by their reason; without retries its one binding has
 * nothing to compare, which matches every message.
 */
export const pattern: Pattern = {
  id: "dead-letter",
  adds: {
    kind: "rabbitmq-queue",
    properties: {
      deadLetter: {
        type: ["boolean", "object"],
        description:
          "What happens to messages that are rejected, expire or exceed a limit. true: they wait in <queue>.dlq, behind an exchange of its own. With exchange: they go to that exchange instead.",
        properties: {
          exchange: {
            type: "string",
            minLength: 1,
            description:
              "An exchange of yours that takes the dead letters, instead of one made for this queue.",
          },
          key: {
            type: "string",
            description:
              "With exchange: the routing key of the dead letters. Without it they keep their own.",
          },
          in: {
            enum: ["policy", "arguments"],
            default: "policy",
            description:
              "With exchange: whether a policy says so, which can be changed at any time, or arguments of the queue, as for queues that applications have always declared with them. From one to the other replaces the queue.",
          },
          queue: {
            type: "string",
            minLength: 1,
            description:
              "The queue where they wait, instead of <queue>.dlq. Several queues may share one that you declare.",
          },
        },
        additionalProperties: false,
      },
    },
  },
  expand: (declarations) => {
    const declared = new Set(declarations.map((declaration) => declaration.key));
    return declarations.flatMap((declaration) => {
      if (declaration.kind !== "rabbitmq-queue") return [declaration];
      const queue = declaration as Declaration<QueueWithRetry>;
      const { deadLetter } = queue.value;
      if (deadLetter === true) return expandOne(queue, declared);
      if (!isObject(deadLetter)) return [declaration];
      const { exchange, key, in: place }: DeadLetterValue = deadLetter;
      if (exchange === undefined) return expandOne(queue, declared);
      if (place !== "arguments") return [declaration];
      return [
        withArguments(queue, {
          "x-dead-letter-exchange": exchange,
          ...(key !== undefined && { "x-dead-letter-routing-key": key }),
        }),
      ];
    });
  },
};

/** Where the dead letters of a queue wait, when they don't go to an exchange of somebody's own. */
export function deadLetterQueueOf(name: string, { deadLetter }: QueueWithDeadLetter): string {
  return (isObject(deadLetter) ? (deadLetter as DeadLetterValue).queue : undefined) ?? `${name}.dlq`;
}

/** The deaths that are final even where rejected messages are retried. */
const finalDeaths: readonly DeathReason[] = ["expired", "maxlen", "delivery_limit"];

function expandOne(queue: Declaration<QueueWithRetry>, declared: Set<string>): Declaration[] {
  const { cluster, name } = queue;
  const vhost = queue.vhost!;
  const exchange = `${name}.dlx`;
  const deadLetterQueue = deadLetterQueueOf(name, queue.value);
  const binds: readonly BindValue[] = retryOf(queue.value)
    ? finalDeaths.map((reason) => bindDeath(queue.file, exchange, reason))
    : [{ exchange, match: "all" }];
  const where = {
    file: queue.file,
    cluster,
    vhost,
    mark: markOf(queue.value, "deadLetter") ?? queue.mark,
    addedBy: "dead-letter",
  };
  const type = queueTypeOf(queue.value);
  const added: Declaration[] = [
    {
      ...where,
      kind: "rabbitmq-exchange",
      key: exchangeKey(cluster, vhost, exchange),
      name: exchange,
      value: { type: "headers", durable: queue.value.durable ?? true },
    },
    ...binds.map((bind) =>
      declareBinding(where, { bind, destination: deadLetterQueue, destinationType: "queue" }),
    ),
  ];
  const key = queueKey(cluster, vhost, deadLetterQueue);
  if (!declared.has(key)) {
    declared.add(key);
    // Dead letters of a queue that is not replicated are no more precious than the queue itself.
    added.push({
      ...where,
      kind: "rabbitmq-queue",
      key,
      name: deadLetterQueue,
      value: { type: type === "quorum" ? "quorum" : "classic", durable: queue.value.durable ?? true },
    });
  }
  return [withArguments(queue, { "x-dead-letter-exchange": exchange }), ...added];
}

function withArguments(queue: Declaration<QueueWithRetry>, added: JsonObject): Declaration<QueueWithRetry> {
  const hand = queue.value.arguments ?? emptyObject<JsonObject>();
  return { ...queue, value: derive(queue.value, { arguments: derive(hand, added) }) };
}
