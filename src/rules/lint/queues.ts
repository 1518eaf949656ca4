import type { QueueType } from "../../kinds/rabbitmq-queue/arguments.ts";
import { type QueueSpec, queueTypeOf } from "../../kinds/rabbitmq-queue/definition.ts";
import type { QueueWithDeadLetter } from "../../patterns/dead-letter.ts";
import type { Compiled } from "../../plan/model.ts";
import type { Json } from "../../topology/json.ts";
import { entryOf, keyMarkOf, type Mark } from "../../topology/mark.ts";
import { perModel } from "./per-model.ts";
import { effectivePolicy } from "./policies.ts";

/** A queue with what really holds for it, wherever it was said. */
export interface QueueFacts {
  readonly queue: Compiled<QueueWithDeadLetter, QueueSpec>;
  readonly type: QueueType;
  /** Its name stands in a file; patterns make others. */
  readonly isWritten: boolean;
  /** The effective value of a setting by its policy key, such as "message-ttl": arguments and the winning policy together. */
  setting(name: string): Json | undefined;
  /** Where the setting was written: the word, the argument, or the queue itself when a policy says it. */
  placeOf(name: string): Mark;
}

/** The words of a queue that say what a policy key says. */
export const wordOf: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "message-ttl": ["ttl"],
    expires: ["expires"],
    "delivery-limit": ["deliveryLimit"],
    "max-length": ["limit", "messages"],
    "max-length-bytes": ["limit", "bytes"],
    overflow: ["limit", "overflow"],
    "dead-letter-exchange": ["deadLetter"],
    "dead-letter-routing-key": ["deadLetter", "key"],
    "max-age": ["maxAge"],
  }),
);

/** Further words that say where a setting stands. */
const words: typeof wordOf = new Map([...wordOf, ["max-priority", ["priorities"]]]);

export const queueFacts = perModel((model): readonly QueueFacts[] =>
  model.ofKind<QueueWithDeadLetter, QueueSpec>("rabbitmq-queue").map((queue): QueueFacts => {
    const { cluster, value, spec, mark } = queue;
    const type = queueTypeOf(value);
    const policy = effectivePolicy(model, cluster, { vhost: spec.vhost, name: spec.name, type });
    return {
      queue,
      type,
      isWritten: queue.addedBy === undefined,
      setting: (name) => merged(name, spec.arguments[`x-${name}`], policy[name]),
      placeOf: (name) => {
        const word = words.get(name) ?? [];
        if (word[0] !== undefined && entryOf(value, word[0])) return keyMarkOf(value, ...word) ?? mark;
        const hand = value.arguments;
        return (hand && entryOf(hand, `x-${name}`) && keyMarkOf(hand, `x-${name}`)) ?? mark;
      },
    };
  }),
);

/** Of two limits the broker takes the smaller, of two overflows the policy's, of anything else the argument. */
function merged(name: string, argument: Json | undefined, policy: Json | undefined): Json | undefined {
  if (argument === undefined || policy === undefined) return argument ?? policy;
  if (typeof argument === "number" && typeof policy === "number") return Math.min(argument, policy);
  return name === "overflow" ? policy : argument;
}

/** A queue whose messages may be lost, as its file says: it goes away by itself, or they are stale after a short while. */
export function isDisposable({ queue, type, setting }: QueueFacts): boolean {
  const { durable, autoDelete } = queue.spec;
  if (!durable || autoDelete || setting("expires") !== undefined) return true;
  return type === "classic" && setting("message-ttl") !== undefined;
}
