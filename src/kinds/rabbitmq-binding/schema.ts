import type { JsonObject } from "../../topology/json.ts";

export interface BindValue {
  readonly exchange: string;
  readonly key?: string;
  readonly match?: "all" | "any" | "all-with-x" | "any-with-x";
  readonly headers?: JsonObject;
  readonly arguments?: JsonObject;
}

/** One entry of a `bind:` list, under a queue or an exchange. */
export const bindingSchema: JsonObject = {
  type: "object",
  required: ["exchange"],
  properties: {
    exchange: { type: "string", minLength: 1, description: "The exchange that messages come from." },
    key: {
      type: "string",
      description: "Routing key. On a topic exchange * stands for one word and # for any number of words.",
      examples: ["order.created", "order.*", "log.#"],
    },
    match: {
      enum: ["all", "any", "all-with-x", "any-with-x"],
      default: "all",
      description:
        "On a headers exchange: whether all or any of the headers must match; the -with-x forms also compare headers that start with x-.",
    },
    headers: {
      type: "object",
      additionalProperties: { type: ["string", "number", "boolean"] },
      description: 'On a headers exchange: the headers to compare. 1 and "1" are different values.',
    },
    arguments: {
      type: "object",
      description: "Binding arguments as the broker knows them, for exchange types that plugins add.",
    },
  },
  additionalProperties: false,
};
