import { exchangeKey, queueKey } from "../kinds/key.ts";
import { declareBinding } from "../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeValue } from "../kinds/rabbitmq-exchange/definition.ts";
import { queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { Declaration } from "../topology/file.ts";
import type { JsonObject } from "../topology/json.ts";
import { derive, markOf } from "../topology/mark.ts";
import { durationPattern } from "../topology/units.ts";
import { deadLetterQueueOf } from "./dead-letter.ts";
import type { Pattern } from "./pattern.ts";
import { bindDeath } from "./retry/deaths.ts";
import { ladder, type Tier } from "./retry/ladder.ts";
import { type QueueWithRetry, retryOf, type RetryValue } from "./retry/value.ts";

/** Enough for any backlog that somebody still wants to work off; a full tier leaves its messages in the queue before it. */
const longestTier = 1_000_000;

/**
 * `retry` brings rejected messages back after a while. Consumers only reject; the broker counts.
 *
 * ```
 * q --x-dead-letter-exchange--> q.dlx --rejected--> q.retry --no such key--> q.retry.first --> tier 1
 *                                  \                    \--key: tier 1--> tier 2 ... --key: last tier--> q.dlq
 *                                   \--any other reason--> q.dlq
 * tier --expired, key: its own name--> q.retry.back --> q
 * ```
 *
 * The routing key counts: a message that comes back carries the name of the tier it waited in, and the direct exchange
 * sends it to the next one. A first rejection carries the publisher's key, which no binding knows, and takes the
 * alternate. The oldest entry of the x-death header keeps the publisher's key on RabbitMQ 4; on 3.x it is lost.
 *
 * Between quorum queues nothing is dropped: what the next queue refuses because it is full stays where it is, and the
 * broker tries again after three minutes (dead_letter_worker_publisher_confirm_timeout).
 *
 * The queue itself has the one constant argument that `deadLetter` gives it. Everything that `retry` may change later is
 * a binding or a queue of its own.
 */
export const pattern: Pattern = {
  id: "retry",
  adds: {
    kind: "rabbitmq-queue",
    properties: {
      retry: {
        type: "object",
        required: ["retries", "delay"],
        description:
          "Rejected messages come back after a wait, so many times; then they are dead letters. Consumers only reject (requeue: false). Implies deadLetter: true.",
        properties: {
          retries: {
            type: "integer",
            minimum: 1,
            maximum: 30,
            description:
              "How often a message comes back after its first delivery: 5 means at most six deliveries. Each is a queue of its own.",
            examples: [5],
          },
          delay: {
            type: "string",
            pattern: durationPattern,
            description: "The wait before the first retry.",
            examples: ["1s"],
          },
          backoff: {
            enum: ["exponential", "fixed"],
            default: "exponential",
            description: "Whether each wait is longer than the one before, or all are the same.",
          },
          factor: {
            type: "number",
            minimum: 1,
            maximum: 100,
            default: 2,
            description:
              "With exponential: each wait is so many times the one before. 2 gives 1s 2s 4s 8s 16s.",
          },
          maxDelay: {
            type: "string",
            pattern: durationPattern,
            description: "No wait is longer than this.",
            examples: ["5m"],
          },
        },
        additionalProperties: false,
      },
    },
  },
  expand: (declarations) =>
    declarations.flatMap((declaration) => {
      if (declaration.kind !== "rabbitmq-queue") return [declaration];
      const queue = declaration as Declaration<QueueWithRetry>;
      const retry = retryOf(queue.value);
      return retry ? expandOne(queue, retry) : [declaration];
    }),
};

function expandOne(queue: Declaration<QueueWithRetry>, retry: RetryValue): Declaration[] {
  const { file, cluster, name, value } = queue;
  const vhost = queue.vhost!;
  const mark = markOf(value, "retry") ?? queue.mark;
  const where = { file, cluster, vhost, mark, addedBy: "retry" };
  const durable = value.durable ?? true;
  const next = `${name}.retry`;
  const first = `${next}.first`;
  const back = `${next}.back`;

  const exchange = (exchangeName: string, properties: ExchangeValue): Declaration => ({
    ...where,
    kind: "rabbitmq-exchange",
    key: exchangeKey(cluster, vhost, exchangeName),
    name: exchangeName,
    value: { ...properties, durable },
  });
  const toQueue = (source: string, destination: string, key?: string): Declaration =>
    declareBinding(where, {
      bind: { exchange: source, ...(key !== undefined && { key }) },
      destination,
      destinationType: "queue",
    });

  const tiers = ladder(name, retry);
  return [
    { ...queue, value: derive(value, { deadLetter: value.deadLetter ?? true }) },
    exchange(next, { type: "direct", alternate: first }),
    exchange(first, { type: "fanout" }),
    exchange(back, { type: "fanout" }),
    declareBinding(where, {
      bind: bindDeath(file, `${name}.dlx`, "rejected"),
      destination: next,
      destinationType: "exchange",
    }),
    toQueue(first, tiers[0]!.name),
    toQueue(back, name),
    ...tiers.flatMap((tier, index): Declaration[] => [
      {
        ...where,
        kind: "rabbitmq-queue",
        key: queueKey(cluster, vhost, tier.name),
        name: tier.name,
        value: tierQueue(tier, back, queueTypeOf(value) === "quorum", durable),
      },
      toQueue(next, tiers[index + 1]?.name ?? deadLetterQueueOf(name, value), tier.name),
    ]),
  ];
}

/** What makes a tier safe never changes, so it stands in arguments, where no policy of somebody else's can take it away. */
function tierQueue({ name, delay }: Tier, back: string, isQuorum: boolean, durable: boolean): QueueValue {
  const wiring: JsonObject = {
    "x-message-ttl": delay,
    "x-dead-letter-exchange": back,
    "x-dead-letter-routing-key": name,
  };
  const atLeastOnce: JsonObject = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
    "x-max-length": longestTier,
  };
  return isQuorum
    ? { type: "quorum", arguments: { ...wiring, ...atLeastOnce } }
    : { type: "classic", durable, arguments: wiring };
}
