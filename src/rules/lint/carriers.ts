import type { ExchangeSpec, ExchangeValue } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { TopicSpec } from "../../kinds/kafka-topic/definition.ts";
import type { TopicWithRetry } from "../../patterns/kafka-retry/side-topics.ts";
import type { Compiled, Model } from "../../plan/model.ts";
import { perModel } from "./per-model.ts";
import { type QueueFacts, queueFacts } from "./queues.ts";
import { queuesBehind } from "./targets.ts";

type Topic = Compiled<TopicWithRetry, TopicSpec>;

/** Where a message goes, as far as `carries` says. */
export interface Carriers {
  readonly queues: readonly QueueFacts[];
  readonly topics: readonly Topic[];
}

const carrying = perModel((model) => {
  const facts = new Map(queueFacts(model).map((one) => [one.queue.key, one]));
  const found = new Map<string, { queues: Set<QueueFacts>; topics: Set<Topic> }>();
  const of = (message: string): { queues: Set<QueueFacts>; topics: Set<Topic> } => {
    const known = found.get(message) ?? { queues: new Set(), topics: new Set() };
    found.set(message, known);
    return known;
  };
  for (const topic of model.ofKind<TopicWithRetry, TopicSpec>("kafka-topic"))
    for (const message of topic.value.carries ?? []) of(message).topics.add(topic);
  for (const { cluster, spec, value } of model.ofKind<ExchangeValue, ExchangeSpec>("rabbitmq-exchange")) {
    if (value.carries === undefined) continue;
    const behind = [...queuesBehind(model, cluster, spec)].flatMap((key) => facts.get(key) ?? []);
    for (const message of value.carries) for (const queue of behind) of(message).queues.add(queue);
  }
  return found;
});

/** The queues that a message may get into, and the topics that carry it. */
export function carriersOf(model: Model, message: string): Carriers {
  const { queues, topics } = carrying(model).get(message) ?? { queues: [], topics: [] };
  return { queues: [...queues], topics: [...topics] };
}
