import type { Declared, TopologyFile } from "../../topology/file.ts";
import { namedValues, textOf } from "../../topology/file.ts";
import { isObject, type JsonObject } from "../../topology/json.ts";
import { markOf } from "../../topology/mark.ts";
import { bindingKey, exchangeKey, queueKey, vhostKey } from "../key.ts";
import type { Kind, Reference } from "../kind.ts";
import { isBuiltInExchange } from "../rabbitmq-exchange/definition.ts";
import type { BindValue } from "./schema.ts";

export interface BindingValue {
  readonly bind: BindValue;
  readonly destination: string;
  readonly destinationType: "queue" | "exchange";
}

export type BindingSpec = {
  vhost: string;
  source: string;
  destination: string;
  destinationType: "queue" | "exchange";
  routingKey: string;
  arguments: JsonObject;
};

/** The declaration of one binding; patterns, which know the file, use it too. */
export function declareBinding<Where extends Pick<Declared, "cluster" | "vhost" | "mark" | "addedBy">>(
  where: Where,
  value: BindingValue,
): Where & Declared<BindingValue> {
  const vhost = where.vhost!;
  const key = bindingKey(where.cluster, vhost, { ...identity(value), source: value.bind.exchange });
  return {
    ...where,
    kind: "rabbitmq-binding",
    key,
    vhost,
    name: `${value.bind.exchange} to ${value.destination}`,
    value,
  };
}

function identity({ bind, destination, destinationType }: BindingValue): Omit<BindingSpec, "vhost"> {
  // The broker assumes "all" when headers come without a match, but stores only what was sent: always write it.
  const headers =
    bind.match !== undefined || bind.headers !== undefined
      ? { "x-match": bind.match ?? "all", ...bind.headers }
      : {};
  return {
    source: bind.exchange,
    destination,
    destinationType,
    routingKey: bind.key ?? "",
    arguments: { ...bind.arguments, ...headers },
  };
}

function declareUnder(
  file: TopologyFile,
  block: "queues" | "exchanges",
  destinationType: "queue" | "exchange",
): Declared<BindingValue>[] {
  const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
  const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
  return namedValues(file, "rabbitmq", block).flatMap(({ name, value, mark }) => {
    const binds = Array.isArray(value["bind"]) ? (value["bind"] as unknown[]) : [];
    return binds.flatMap((bind) => {
      if (!isObject(bind) || typeof bind["exchange"] !== "string") return [];
      const at = markOf(bind) ?? mark;
      return [
        declareBinding(
          { cluster, vhost, mark: at },
          { bind: bind as unknown as BindValue, destination: name, destinationType },
        ),
      ];
    });
  });
}

export const kind: Kind<BindingValue, BindingSpec> = {
  id: "rabbitmq-binding",
  broker: "rabbitmq",
  noun: "binding",
  declare: (file) => [
    ...declareUnder(file, "queues", "queue"),
    ...declareUnder(file, "exchanges", "exchange"),
  ],
  compile: ({ vhost, value }) => ({ vhost: vhost!, ...identity(value) }),
  references: ({ cluster, vhost, value, mark }) => {
    const destinationKey = value.destinationType === "queue" ? queueKey : exchangeKey;
    const found: Reference[] = [
      { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
      {
        key: destinationKey(cluster, vhost!, value.destination),
        noun: value.destinationType,
        name: value.destination,
        mark,
        mustExist: true,
      },
    ];
    if (!isBuiltInExchange(value.bind.exchange)) {
      found.push({
        key: exchangeKey(cluster, vhost!, value.bind.exchange),
        noun: "exchange",
        name: value.bind.exchange,
        mark: markOf(value.bind, "exchange") ?? mark,
        mustExist: true,
      });
    }
    return found;
  },
  protects: () => false,
  impact: {
    added: ({ source, destination }) => ({
      impact: "safe",
      sentence: `Messages that match now also go from "${source}" to "${destination}": its consumers get copies they didn't get before.`,
    }),
    removed: ({ source, destination }) => ({
      impact: "message-loss",
      sentence: `Messages that only this binding routed from "${source}" to "${destination}" are dropped, unless "${source}" has an alternate.`,
    }),
    changed: () => ({
      effect: "replaces",
      impact: "message-loss",
      sentence:
        "A binding can't be changed: it is removed and made anew, and what arrives in between is dropped, unless the exchange has an alternate.",
    }),
  },
};
