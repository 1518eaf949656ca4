import { exchangeKey, queueKey } from "../../kinds/key.ts";
import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import { type ExchangeSpec, isBuiltInExchange } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { VhostSpec } from "../../kinds/rabbitmq-vhost/definition.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { vhostPlace } from "../found.ts";
import { shapeProblem } from "./compiled.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { looksLikeRetry } from "./ladders.ts";
import { recognise } from "./patterns.ts";
import { recogniseSettings } from "./settings.ts";
import { type Vhost } from "./view.ts";
import { bindWords, exchangeWords, policyWords, queueWords, vhostWords } from "./words.ts";

/** Finds words for the objects of a vhost. `withPatterns` is false where they turned out to say something else. */
export function writeVhost(
  objects: readonly PlanObject[],
  { cluster, name, version }: Pick<Vhost, "cluster" | "name" | "version">,
  withPatterns: boolean,
): Part {
  const unsaid: Unsaid[] = [];
  const refuse = (object: PlanObject, reason: string, beside?: string): void =>
    void unsaid.push({ object, reason, ...(beside !== undefined && { beside }) });
  const sayable = objects.filter((object) => {
    const reason = unsayable(object);
    if (reason !== undefined) refuse(object, reason);
    return reason === undefined;
  });
  const of = <Spec>(
    kind: string,
  ): { readonly key: string; readonly spec: Spec; readonly object: PlanObject }[] =>
    sayable
      .filter((object) => object.kind === kind)
      .map((object) => ({ key: object.key, spec: object.spec as unknown as Spec, object }));
  const exchanges = new Map(of<ExchangeSpec>("rabbitmq-exchange").map(({ spec }) => [spec.name, spec]));
  const queues = new Map(of<QueueSpec>("rabbitmq-queue").map(({ spec }) => [spec.name, spec]));
  const bindings = of<BindingSpec>("rabbitmq-binding").filter(({ spec, object }) => {
    const { source, destination, destinationType } = spec;
    const isThere = (destinationType === "queue" ? queues : exchanges).has(destination);
    const own = (destinationType === "queue" ? queueKey : exchangeKey)(cluster, name, destination);
    if (!isThere)
      refuse(
        object,
        `The ${destinationType} "${destination}" that it leads to ("${source}", key "${spec.routingKey}") is not among what is imported.`,
      );
    else if (!exchanges.has(source) && !isBuiltInExchange(source))
      refuse(
        object,
        `The exchange "${source}" of the binding to "${destination}" (key "${spec.routingKey}") is not among what is imported.`,
        own,
      );
    else return true;
    return false;
  });
  const vhost: Vhost = {
    cluster,
    name,
    ...(version !== undefined && { version }),
    byKey: new Map(objects.map((object) => [object.key, object])),
    exchanges,
    queues,
    bindings,
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
    ...wordsFor(vhost, withPatterns),
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

/** Why an object can't be said whatever else there is; undefined when it can. */
function unsayable({ kind, spec }: PlanObject): string | undefined {
  const name = String(spec["name"]);
  const problem = (noun: string, block: string, value: JsonObject): string | undefined => {
    const found = shapeProblem({ rabbitmq: { [block]: { [name]: value } } });
    return found && `The ${noun} "${name}" has no word here: ${found}`;
  };
  switch (kind) {
    case "rabbitmq-queue": {
      const queue = spec as QueueSpec;
      if (queue.autoDelete && !queue.durable)
        return `The queue "${name}" is neither durable nor kept without consumers: it belongs to the client that makes it.`;
      return problem("queue", "queues", queueWords(queue));
    }
    case "rabbitmq-exchange":
      return problem(
        "exchange",
        "exchanges",
        exchangeWords(spec as ExchangeSpec, () => true),
      );
    case "rabbitmq-policy":
      return problem("policy", "policies", policyWords(spec as PolicySpec));
    case "rabbitmq-binding":
      return shapeProblem({ rabbitmq: { queues: { q: { bind: [bindWords(spec as BindingSpec)] } } } });
    case "rabbitmq-vhost":
      // Every broker has it, described as the default one, and files never manage it.
      if (name === "/") {
        const { description: _description, ...settings } = vhostWords(spec as VhostSpec);
        return Object.keys(settings).length === 0
          ? ""
          : "The settings of the vhost / can't be said: it is never managed.";
      }
      return problem("vhost", "vhosts", vhostWords(spec as VhostSpec));
    default:
      return undefined;
  }
}

function wordsFor(vhost: Vhost, withPatterns: boolean): Entry[] {
  const { cluster, name, exchanges, queues, bindings } = vhost;
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
  const owners = Map.groupBy(claimed.keys(), (key) => claimed.get(key)!);
  const free = Map.groupBy(
    bindings.filter(({ key }) => !claimed.has(key)),
    ({ spec }) => JSON.stringify([spec.destinationType, spec.destination]),
  );
  const bound = (
    type: string,
    destination: string,
  ): { readonly bind: JsonObject; readonly says: string[] } => {
    const own = free.get(JSON.stringify([type, destination])) ?? [];
    const bind = own.map(({ spec }) =>
      bindWords(spec, exchanges.get(spec.source)?.type ?? builtInType(spec.source)),
    );
    return { bind: bind.length > 0 ? { bind } : {}, says: own.map(({ key }) => key) };
  };
  const isKnown = (exchange: string): boolean => exchanges.has(exchange) || isBuiltInExchange(exchange);
  const fromExchanges = [...exchanges].flatMap(([exchange, spec]): Entry[] => {
    const key = exchangeKey(cluster, name, exchange);
    if (claimed.has(key)) return [];
    const { bind, says } = bound("exchange", exchange);
    const value = { ...exchangeWords(spec, isKnown), ...bind };
    return [{ block: "exchanges", name: exchange, value, says: [key, ...says], comments: [] }];
  });
  const fromQueues = [...queues].flatMap(([queue, spec]): Entry[] => {
    const key = queueKey(cluster, name, queue);
    const { bind, says } = bound("queue", queue);
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
      comments: [],
    }));
  return [...fromExchanges, ...fromQueues, ...fromPolicies];
}

const builtInType = (exchange: string): string | undefined =>
  exchange === "amq.headers" || exchange === "amq.match" ? "headers" : undefined;
