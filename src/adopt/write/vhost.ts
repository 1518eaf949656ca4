import { exchangeKey, queueKey } from "../../kinds/key.ts";
import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import { type ExchangeSpec, isBuiltInExchange } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { VhostSpec } from "../../kinds/rabbitmq-vhost/definition.ts";
import { generatedPolicyPrefix } from "../../patterns/queue-settings.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { vhostPlace } from "../found.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { looksLikeRetry } from "./ladders.ts";
import { recognise } from "./patterns.ts";
import { type Request, requestEntry } from "./requests.ts";
import { recogniseSettings } from "./settings.ts";
import { unsayable } from "./unsayable.ts";
import type { Vhost } from "./view.ts";
import { bindWords, exchangeWords, policyWords, queueWords, vhostWords } from "./words.ts";

/**
 * Finds words for the objects of a vhost. `withPatterns` is false where they turned out to say something else; `requests` are
 * what could be questions and answers.
 */
export function writeVhost(
  objects: readonly PlanObject[],
  { cluster, name, version }: Pick<Vhost, "cluster" | "name" | "version">,
  withPatterns: boolean,
  requests: readonly Request[],
): Part {
  const unsaid: Unsaid[] = [];
  const refuse = (object: PlanObject, reason: string, beside?: string): void =>
    void unsaid.push({ object, reason, ...(beside !== undefined && { beside }) });
  const sayable = objects.filter((object) => {
    const reason = unsayable(object);
    if (reason !== undefined) refuse(object, reason);
    return reason === undefined;
  });
  const of = <Spec extends JsonObject>(
    kind: string,
  ): { readonly key: string; readonly spec: Spec; readonly object: PlanObject }[] =>
    sayable
      .filter((object) => object.kind === kind)
      .map((object) => ({ key: object.key, spec: object.spec as Spec, object }));
  const exchanges = new Map(of<ExchangeSpec>("rabbitmq-exchange").map(({ spec }) => [spec.name, spec]));
  const queues = new Map(of<QueueSpec>("rabbitmq-queue").map(({ spec }) => [spec.name, spec]));
  const destinationOf = ({ destination, destinationType }: BindingSpec): string =>
    (destinationType === "queue" ? queueKey : exchangeKey)(cluster, name, destination);
  const bindings = of<BindingSpec>("rabbitmq-binding").filter(({ spec, object }) => {
    const { source, destination, destinationType, routingKey } = spec;
    const isThere = (destinationType === "queue" ? queues : exchanges).has(destination);
    if (isThere && (exchanges.has(source) || isBuiltInExchange(source))) return true;
    const missing = isThere ? `exchange "${source}"` : `${destinationType} "${destination}"`;
    const reason = `The binding from "${source}" to "${destination}" (key "${routingKey}") can't be said: the ${missing} is not among what is imported.`;
    refuse(object, reason, isThere ? destinationOf(spec) : undefined);
    return false;
  });
  const vhost: Vhost = {
    cluster,
    name,
    ...(version !== undefined && { version }),
    byKey: new Map(objects.map((object) => [object.key, object])),
    exchanges,
    queues,
    from: Map.groupBy(bindings, ({ spec }) => spec.source),
    to: Map.groupBy(bindings, ({ spec }) => destinationOf(spec)),
    policies: of<PolicySpec>("rabbitmq-policy"),
  };
  const entries = [
    ...of<VhostSpec>("rabbitmq-vhost").map(({ key, spec }) => ({
      block: "vhosts",
      name,
      value: vhostWords(spec),
      says: [key],
      comments: [],
    })),
    ...wordsFor(vhost, withPatterns, requests),
  ];
  return {
    broker: "rabbitmq",
    cluster,
    vhost: name,
    ...(version !== undefined && { version }),
    place: vhostPlace(cluster, name),
    entries,
    unsaid,
  };
}

function wordsFor(vhost: Vhost, withPatterns: boolean, requests: readonly Request[]): Entry[] {
  const { cluster, name, exchanges, queues } = vhost;
  const patterns = withPatterns
    ? recognise(vhost)
    : { values: new Map<string, JsonObject>(), claimed: new Map() };
  const { values, claimed } = patterns;
  const plain = new Map(
    [...queues].map(([queue, spec]) => [queue, values.get(queue) ?? queueWords(spec)] as const),
  );
  const settings = withPatterns
    ? recogniseSettings(vhost, plain)
    : { values: plain, said: new Map<string, string[]>() };
  const asked = requests.flatMap((request) => requestEntry(request, vhost, settings) ?? []);
  const inRequests = new Set(asked.flatMap(({ says }) => says));
  const owners = Map.groupBy(claimed.keys(), (key) => claimed.get(key)!);
  const bound = (key: string): { readonly bind: JsonObject; readonly says: string[] } => {
    const own = (vhost.to.get(key) ?? []).filter((binding) => !claimed.has(binding.key));
    const bind = own.map(({ spec }) =>
      bindWords(spec, exchanges.get(spec.source)?.type ?? builtInType(spec.source)),
    );
    return { bind: bind.length > 0 ? { bind } : {}, says: own.map((binding) => binding.key) };
  };
  const isKnown = (exchange: string): boolean => exchanges.has(exchange) || isBuiltInExchange(exchange);
  const fromExchanges = [...exchanges].flatMap(([exchange, spec]): Entry[] => {
    const key = exchangeKey(cluster, name, exchange);
    if (claimed.has(key) || inRequests.has(key)) return [];
    const { bind, says } = bound(key);
    const value = { ...exchangeWords(spec, isKnown), ...bind };
    return [{ block: "exchanges", name: exchange, value, says: [key, ...says], comments: [] }];
  });
  const fromQueues = [...queues].flatMap(([queue, spec]): Entry[] => {
    const key = queueKey(cluster, name, queue);
    if (inRequests.has(key)) return [];
    const { bind, says } = bound(key);
    const policies = settings.said.get(queue) ?? [];
    if (claimed.has(key) && says.length === 0 && policies.length === 0) return [];
    const { type, durable, autoDelete, ...rest } = settings.values.get(queue) ?? {};
    const first = {
      ...(type !== undefined && { type }),
      ...(durable !== undefined && { durable }),
      ...(autoDelete !== undefined && { autoDelete }),
    };
    const ladder = values.has(queue) ? undefined : looksLikeRetry(spec, vhost);
    return [
      {
        block: "queues",
        name: queue,
        value: { ...first, ...bind, ...rest },
        says: [key, ...says, ...(owners.get(key) ?? []), ...policies],
        comments: ladder === undefined ? [] : [ladder],
      },
    ];
  });
  const inWords = new Set([...settings.said.values()].flat());
  const fromPolicies = vhost.policies
    .filter(({ key }) => !inWords.has(key))
    .map(({ key, spec }): Entry => ({
      block: "policies",
      name: spec.name,
      value: policyWords(spec),
      says: [key],
      comments: spec.name.startsWith(generatedPolicyPrefix) ? [leftover] : [],
    }));
  return [...fromExchanges, ...fromQueues, ...asked, ...fromPolicies];
}

const leftover =
  "An earlier `queueform apply` made this policy, and its queues have another one beside it, or are no longer what it was made for. Say at the queues what should hold, and delete it.";

const builtInType = (exchange: string): string | undefined =>
  exchange === "amq.headers" || exchange === "amq.match" ? "headers" : undefined;
