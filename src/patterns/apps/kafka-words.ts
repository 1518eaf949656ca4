import { sizePattern } from "../../topology/units.ts";
import type { JsonObject } from "../../topology/json.ts";

export const producersSchema: JsonObject = {
  type: "array",
  items: { type: "string", minLength: 1 },
  description: "The applications that write to the topic. On clusters with access: managed they may.",
  examples: [["web"]],
};

export const consumersSchema: JsonObject = {
  type: "object",
  description:
    "The consumer groups that read the topic, by name; each of them gets every record. On clusters with access: managed their applications may.",
  additionalProperties: {
    type: "object",
    properties: {
      app: {
        type: "string",
        minLength: 1,
        description: "The application; the one that is called like the group when absent.",
      },
      instances: {
        type: "object",
        description:
          "How many instances of the application run. More than there are partitions would be idle.",
        properties: {
          min: { type: "integer", minimum: 0, description: "At least so many." },
          max: { type: "integer", minimum: 1, description: "At most so many." },
        },
        additionalProperties: false,
      },
      maxLag: {
        type: "integer",
        minimum: 1,
        description:
          "When the group is more records behind than this, there must be more instances or an alert.",
        examples: [10000],
      },
    },
    additionalProperties: false,
  },
  examples: [{ billing: { instances: { min: 1, max: 12 }, maxLag: 10000 } }],
};

const rate = (description: string): JsonObject => ({
  type: ["string", "integer"],
  pattern: sizePattern,
  minimum: 1,
  description,
  examples: ["10Mi"],
});

export const quotaSchema: JsonObject = {
  type: "object",
  minProperties: 1,
  description: "How much each broker lets the application do before it is slowed down.",
  properties: {
    producerBytes: rate("Bytes that it may produce per second."),
    consumerBytes: rate("Bytes that it may consume per second."),
    requestPercent: {
      type: "number",
      exclusiveMinimum: 0,
      description: "Share of the broker's request threads that it may use, in percent; 100 is one thread.",
      examples: [50],
    },
  },
  additionalProperties: false,
};
