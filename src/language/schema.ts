import { kinds } from "../kinds/definitions.generated.ts";
import { patterns } from "../patterns/index.generated.ts";
import { routesSchema } from "../routing/schema.ts";
import type { JsonObject } from "../topology/json.ts";
import { messagesSchema } from "./messages-schema.ts";

const text = (description: string): JsonObject => ({ type: "string", minLength: 1, description });

const owns = (what: string): JsonObject => ({
  type: "array",
  items: { type: "string", minLength: 1 },
  description: `Names of ${what} that are this topology's alone, * for any part of a name. What nobody declares among them is reported and can be deleted with apply --prune; everything else there is other people's.`,
  examples: [["orders", "orders.*"]],
});

const version = (broker: string, fallback: string): JsonObject => ({
  type: "string",
  pattern: "^[0-9]+\\.[0-9]+$",
  default: fallback,
  description: `The ${broker} that this runs on, as major.minor in quotes. What is written and what is checked depends on it.`,
  examples: [fallback],
});

/** The JSON Schema of one topology file, put together from what each kind and pattern says of its own words. */
export function topologySchema(): JsonObject {
  const schema: JsonObject = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: "https://queueform.dev/schema/topology.schema.json",
    title: "Queueform topology",
    description: "One domain: its exchanges, queues, topics and job queues.",
    type: "object",
    required: ["apiVersion", "domain"],
    properties: {
      apiVersion: { const: "queueform/v1", description: "Version of this language." },
      domain: text(
        "The name of this part of the business; a file is one domain, many files make the topology.",
      ),
      messages: messagesSchema,
      owner: text("The team that reviews changes and gets the alerts."),
      rabbitmq: {
        type: "object",
        description:
          "Objects on one RabbitMQ cluster, in one vhost. More clusters or vhosts need more files.",
        properties: {
          cluster: {
            ...text("Which of the environment's RabbitMQ clusters; the stack file says where it is."),
            default: "main",
          },
          version: version("RabbitMQ", "4.0"),
          owns: owns("exchanges, queues and policies in the vhost"),
          vhost: { ...text("The vhost that everything below lives in."), default: "/" },
        },
        additionalProperties: false,
      },
      kafka: {
        type: "object",
        description: "Objects on one Kafka cluster.",
        properties: {
          version: version("Kafka", "4.0"),
          owns: owns("topics"),
          cluster: {
            ...text("Which of the environment's Kafka clusters; the stack file says where it is."),
            default: "main",
          },
        },
        additionalProperties: false,
      },
      routes: routesSchema,
    },
    patternProperties: {
      "^x-": { description: "Anything, for anchors that other parts of the file refer to." },
    },
    additionalProperties: false,
  };
  for (const { id, section } of [...Object.values(kinds), ...patterns]) {
    if (!section) continue;
    const added = patterns.filter(({ adds }) => adds?.kind === id).map(({ adds }) => adds!.properties);
    const entry = structuredClone(section.schema);
    entry["properties"] = Object.assign({}, entry["properties"], ...added) as JsonObject;
    const parents = section.path.slice(0, -1);
    const parent = parents.reduce((at, step) => propertiesOf(at)[step] as JsonObject, schema);
    propertiesOf(parent)[section.path.at(-1)!] = {
      type: "object",
      description: section.description,
      additionalProperties: entry,
    };
  }
  return schema;
}

const propertiesOf = (schema: JsonObject): JsonObject => schema["properties"] as JsonObject;
