import type { JsonObject } from "../../topology/json.ts";
import { markOf } from "../../topology/mark.ts";
import { bindingSchema, type BindValue } from "../rabbitmq-binding/schema.ts";
import { declareInVhost } from "../declare.ts";
import { exchangeKey, vhostKey } from "../key.ts";
import type { Kind, Reference } from "../kind.ts";

export interface ExchangeValue {
  readonly for?: string;
  readonly carries?: readonly string[];
  readonly type: string;
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly alternate?: string;
  readonly arguments?: JsonObject;
  readonly bind?: readonly BindValue[];
}

export type ExchangeSpec = {
  vhost: string;
  name: string;
  type: string;
  durable: boolean;
  autoDelete: boolean;
  arguments: JsonObject;
  /** Only ever seen on a broker: nobody may publish to it then. */
  internal?: true;
};

/** Types that the plugins of RabbitMQ and its community bring. Each has bindings, arguments and rules of its own. */
const pluginTypes = [
  "x-consistent-hash",
  "x-delayed-message",
  "x-jms-topic",
  "x-local-random",
  "x-modulus-hash",
  "x-random",
  "x-recent-history",
];

function calledField(field: string): string {
  if (field.startsWith("arguments.")) return `argument ${field.slice("arguments.".length)}`;
  return { durable: "durability", autoDelete: "auto-delete flag" }[field] ?? field;
}

/** Exchanges that every vhost has from the start. */
export const isBuiltInExchange = (name: string): boolean => name === "" || name.startsWith("amq.");

export const kind: Kind<ExchangeValue, ExchangeSpec> = {
  id: "rabbitmq-exchange",
  broker: "rabbitmq",
  noun: "exchange",
  section: {
    path: ["rabbitmq", "exchanges"],
    description: "Exchanges, by name.",
    schema: {
      type: "object",
      required: ["type"],
      properties: {
        carries: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Which messages go through it, by their names under messages.",
        },
        for: { type: "string", description: "What the exchange is for, shown in the design document." },
        type: {
          enum: ["direct", "fanout", "topic", "headers", ...pluginTypes],
          description:
            "How messages are matched: by exact key, to everyone, by key pattern, or by headers. Types that begin with x- need a plugin on the broker, but for x-local-random since 4.0.",
        },
        durable: {
          type: "boolean",
          default: true,
          description: "Whether the exchange survives a restart of the broker.",
        },
        autoDelete: {
          type: "boolean",
          default: false,
          description: "Whether it is deleted when its last binding goes.",
        },
        alternate: {
          type: "string",
          minLength: 1,
          description:
            "The exchange that gets what this one can't route. Without one such messages are dropped.",
        },
        arguments: {
          type: "object",
          description: "Arguments as the broker knows them. Changing one replaces the exchange.",
        },
        bind: {
          type: "array",
          description: "Exchanges that this one receives messages from.",
          items: bindingSchema,
        },
      },
      additionalProperties: false,
    },
  },
  declare: (file) => declareInVhost(file, "rabbitmq-exchange", "exchanges", exchangeKey),
  compile: ({ name, vhost, value }) => ({
    vhost: vhost!,
    name,
    type: value.type,
    durable: value.durable ?? true,
    autoDelete: value.autoDelete ?? false,
    arguments: {
      ...value.arguments,
      ...(value.alternate !== undefined && { "alternate-exchange": value.alternate }),
    },
  }),
  references: ({ cluster, vhost, value, mark }) => {
    const found: Reference[] = [
      { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
    ];
    if (value.alternate !== undefined && !isBuiltInExchange(value.alternate)) {
      found.push({
        key: exchangeKey(cluster, vhost!, value.alternate),
        noun: "exchange",
        name: value.alternate,
        mark: markOf(value, "alternate") ?? mark,
        mustExist: true,
      });
    }
    return found;
  },
  words: (field) => (field === "arguments.alternate-exchange" ? ["alternate"] : []),
  protects: () => true,
  // Not the exchanges that it is the alternate of: they only drop what they can't route.
  takesAlong: (_spec, dependent) => dependent === "rabbitmq-binding",
  impact: {
    added: () => ({
      impact: "safe",
      sentence: "A new exchange: it routes nothing before something is bound to it.",
    }),
    removed: ({ name }) => ({
      impact: "outage",
      sentence: `Deleting exchange "${name}" drops every binding to and from it, and whoever publishes to it is refused (404).`,
    }),
    changed: (field) => ({
      effect: "replaces",
      impact: "outage",
      sentence: `The ${calledField(field)} of an exchange can't be changed: it is deleted and made anew, so all its bindings go and publishers are refused (404) in between.`,
    }),
  },
};
