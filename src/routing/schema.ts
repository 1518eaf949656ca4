import type { Json, JsonObject } from "../topology/json.ts";

/** One entry of `routes:` as people write it. */
export interface RouteValue {
  readonly publish: {
    readonly exchange: string;
    readonly key?: string;
    readonly headers?: Readonly<Record<string, Json>>;
  };
  readonly reject?: boolean;
  readonly reaches: readonly string[];
}

/** The `routes:` section of a topology file. */
export const routesSchema: JsonObject = {
  type: "array",
  description:
    "Routing tests: what a message published on this file's vhost must reach. `validate` and `test` run them without a broker.",
  items: {
    type: "object",
    required: ["publish", "reaches"],
    properties: {
      publish: {
        type: "object",
        description: "The message, as its publisher sends it.",
        required: ["exchange"],
        properties: {
          exchange: {
            type: "string",
            description:
              'Where it is published; "" is the default exchange, which takes the key for a queue.',
          },
          key: { type: "string", default: "", description: "Its routing key." },
          headers: {
            type: "object",
            description: 'Its headers. Values are compared with their type: 1 is not "1".',
          },
        },
        additionalProperties: false,
      },
      reject: {
        type: "boolean",
        default: false,
        description:
          "What if consumers reject it every time? Then reaches says where it lies in the end, through retries and dead letters.",
      },
      reaches: {
        type: "array",
        items: { type: "string" },
        description: "The queues that get it: these and no others, in any order. [] when it must be dropped.",
        examples: [["orders.fulfil", "audit.log"]],
      },
    },
    additionalProperties: false,
    examples: [
      { publish: { exchange: "orders", key: "order.created" }, reaches: ["orders.fulfil"] },
      { publish: { exchange: "orders", key: "order.created" }, reject: true, reaches: ["orders.fulfil.dlq"] },
    ],
  },
};
