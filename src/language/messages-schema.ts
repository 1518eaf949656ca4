import type { JsonObject } from "../topology/json.ts";

const pointer = (description: string): JsonObject => ({
  type: "string",
  pattern: "^(/[^/]+)+$",
  description: `${description}, as a JSON pointer into the message.`,
  examples: ["/userId"],
});

/** The section `messages:`: what messages look like. Nothing of it is on a broker; samples are checked against it. */
export const messagesSchema: JsonObject = {
  type: "object",
  description:
    "Formats of messages, by name. Exchanges and topics say with carries which of them they carry.",
  additionalProperties: {
    type: "object",
    properties: {
      for: { type: "string", description: "What the message tells, shown in the design document." },
      version: { type: ["string", "integer"], description: "Version of the format." },
      schema: {
        type: ["string", "object"],
        description: "JSON Schema of the body: a file, relative to this one, or the schema itself.",
        examples: ["./schemas/order.created.v1.json"],
      },
      samples: {
        type: "array",
        description:
          "Examples of the body: files, relative to this one, or the bodies themselves. Each must match the schema.",
        items: { type: ["string", "object"] },
        examples: [["./samples/order.created.json"]],
      },
      contentType: {
        type: "string",
        minLength: 1,
        default: "application/json",
        description: "Media type that publishers set.",
      },
      key: pointer("The field that producers use as key"),
      idempotencyKey: pointer("The field that tells a repeated message from a new one"),
      persistent: {
        type: "boolean",
        default: true,
        description: "Whether publishers ask for the message to survive a restart of the broker.",
      },
    },
    additionalProperties: false,
  },
};
