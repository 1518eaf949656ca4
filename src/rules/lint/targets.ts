import { exchangeKey, queueKey } from "../../kinds/key.ts";
import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { Compiled, Model } from "../../plan/model.ts";
import { topicMatches } from "../../routing/topic.ts";
import { perModel } from "./per-model.ts";
import { effectivePolicy } from "./policies.ts";
import { type QueueFacts, queueFacts } from "./queues.ts";

type Binding = Compiled<unknown, BindingSpec>;

/** Bindings by the key of the exchange they come from. */
export const bindingsFrom = perModel((model): ReadonlyMap<string, Binding[]> =>
  Map.groupBy(model.ofKind<unknown, BindingSpec>("rabbitmq-binding"), ({ cluster, spec }) =>
    exchangeKey(cluster, spec.vhost, spec.source),
  ),
);

interface KeyIndex {
  readonly exact: ReadonlyMap<string, readonly Binding[]>;
  readonly wild: readonly Binding[];
}

/** The same by routing key: thousands of queues may hang on one exchange, each with a key of its own. */
const keyIndexes = perModel((model): ((exchange: string) => KeyIndex) => {
  const known = new Map<string, KeyIndex>();
  return (exchange) => {
    let index = known.get(exchange);
    if (!index) {
      const all = bindingsFrom(model).get(exchange) ?? [];
      index = {
        exact: Map.groupBy(all, ({ spec }) => spec.routingKey),
        wild: all.filter(({ spec }) => /[*#]/.test(spec.routingKey)),
      };
      known.set(exchange, index);
    }
    return index;
  };
});

/** The bindings of an exchange that may take a message with this key; undefined stands for any key. */
export function bindingsTaking(
  model: Model,
  exchange: string,
  type: string | undefined,
  key: string | undefined,
): readonly Binding[] {
  if (key === undefined || (type !== "direct" && type !== "topic"))
    return bindingsFrom(model).get(exchange) ?? [];
  const { exact, wild } = keyIndexes(model)(exchange);
  const same = exact.get(key) ?? [];
  if (type === "direct") return same;
  return [
    ...same,
    ...wild.filter(({ spec }) => spec.routingKey !== key && topicMatches(spec.routingKey, key)),
  ];
}

/** Bindings by the key of the queue or exchange they lead to. */
export const bindingsTo = perModel((model): ReadonlyMap<string, Binding[]> =>
  Map.groupBy(model.ofKind<unknown, BindingSpec>("rabbitmq-binding"), ({ cluster, spec }) =>
    (spec.destinationType === "queue" ? queueKey : exchangeKey)(cluster, spec.vhost, spec.destination),
  ),
);

/** The exchanges that a broker has by itself, some only where they are switched on, and their types. */
export const builtInTypes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "amq.direct": "direct",
    "amq.fanout": "fanout",
    "amq.topic": "topic",
    "amq.headers": "headers",
    "amq.match": "headers",
    "amq.rabbitmq.event": "topic",
    "amq.rabbitmq.log": "topic",
    "amq.rabbitmq.trace": "topic",
  }),
);

/** The type of the exchange that a binding comes from; undefined where that is not declared. */
export function sourceTypeOf(model: Model, { cluster, spec }: Binding): string | undefined {
  const source = model.byKey.get(exchangeKey(cluster, spec.vhost, spec.source));
  return (source?.spec as ExchangeSpec | undefined)?.type ?? builtInTypes.get(spec.source);
}

/** The exchange that gets what this one can't route, by argument or policy. */
export function alternateOf(
  model: Model,
  { cluster, spec }: Compiled<unknown, ExchangeSpec>,
): string | undefined {
  const { vhost, name } = spec;
  const alternate =
    spec.arguments["alternate-exchange"] ??
    effectivePolicy(model, cluster, { vhost, name, type: "exchange" })["alternate-exchange"];
  return typeof alternate === "string" ? alternate : undefined;
}

/** The queues, by key, that anything dead-lettered may end in. What can't be known counts as possible. */
export const deadLetterQueues = perModel((model) => {
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const facts of queueFacts(model)) {
    const exchange = facts.setting("dead-letter-exchange");
    if (typeof exchange !== "string") continue;
    for (const key of deadLetterKeys(model, facts)) {
      const { cluster, spec } = facts.queue;
      if (exchange === "" && key === undefined) found.add(facts.queue.key);
      else collect(model, { cluster, vhost: spec.vhost, exchange, key }, seen, found);
    }
  }
  return found;
});

/** The queues, by key, that get what some exchange can't route. */
export const alternateQueues = perModel((model) => {
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const exchange of model.ofKind<unknown, ExchangeSpec>("rabbitmq-exchange")) {
    const alternate = alternateOf(model, exchange);
    if (alternate === undefined) continue;
    const { cluster, spec } = exchange;
    collect(model, { cluster, vhost: spec.vhost, exchange: alternate, key: undefined }, seen, found);
  }
  return found;
});

/** The queues, by key, that a message with any key may get into by this exchange. */
export function queuesBehind(model: Model, cluster: string, { vhost, name }: ExchangeSpec): Set<string> {
  const found = new Set<string>();
  collect(model, { cluster, vhost, exchange: name, key: undefined }, new Set(), found);
  return found;
}

/** The keys that dead letters of a queue can carry; undefined stands for any. */
function deadLetterKeys(model: Model, { queue, setting }: QueueFacts): readonly (string | undefined)[] {
  const key = setting("dead-letter-routing-key");
  if (typeof key === "string") return [key];
  const incoming = bindingsTo(model).get(queue.key) ?? [];
  const keys = incoming.map(({ cluster, spec }) => {
    const source = model.byKey.get(exchangeKey(cluster, spec.vhost, spec.source));
    const type = (source?.spec as ExchangeSpec | undefined)?.type;
    const isExact = type === "direct" || (type === "topic" && !/[*#]/.test(spec.routingKey));
    return isExact ? spec.routingKey : undefined;
  });
  return keys.length > 0 ? keys : [undefined];
}

interface Publication {
  readonly cluster: string;
  readonly vhost: string;
  readonly exchange: string;
  /** undefined for any. */
  readonly key: string | undefined;
}

/** Adds every queue that such a publication may reach. `seen` is shared, so that each publication is followed once. */
function collect(model: Model, publication: Publication, seen: Set<string>, found: Set<string>): void {
  const { cluster, vhost, exchange, key } = publication;
  if (exchange === "") {
    if (key !== undefined) found.add(queueKey(cluster, vhost, key));
    return;
  }
  const at = exchangeKey(cluster, vhost, exchange);
  const id = JSON.stringify([at, key]);
  if (seen.has(id)) return;
  seen.add(id);
  const declared = model.byKey.get(at) as Compiled<unknown, ExchangeSpec> | undefined;
  for (const { spec } of bindingsTaking(model, at, declared?.spec.type, key)) {
    if (spec.destinationType === "queue") found.add(queueKey(cluster, vhost, spec.destination));
    else collect(model, { ...publication, exchange: spec.destination }, seen, found);
  }
  const alternate = declared && alternateOf(model, declared);
  if (alternate !== undefined) collect(model, { ...publication, exchange: alternate }, seen, found);
}
