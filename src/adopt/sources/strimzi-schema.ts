import type { JsonObject } from "../../topology/json.ts";

const text: JsonObject = { type: "string" };
const count: JsonObject = { type: "integer", minimum: 1 };
const oneOf = (...values: string[]): JsonObject => ({ enum: values });
/** Kubernetes takes what is left empty for what is left out. */
const block = (properties: JsonObject, rest: JsonObject = {}): JsonObject => ({
  type: ["object", "null"],
  properties,
  ...rest,
});

/** The spec of a KafkaTopic, as far as it is read. Source: Strimzi's custom resource definitions, v1alpha1 to v1. */
export const topicSpec: JsonObject = block({
  topicName: text,
  partitions: count,
  replicas: count,
  config: block({}, { additionalProperties: { type: ["string", "number", "boolean", "array", "null"] } }),
});

const operation = oneOf(
  "Read",
  "Write",
  "Delete",
  "Alter",
  "Describe",
  "All",
  "IdempotentWrite",
  "ClusterAction",
  "Create",
  "AlterConfigs",
  "DescribeConfigs",
);

/** The spec of a KafkaUser, likewise. Words that Strimzi doesn't know are refused: guessing them would give rights away. */
export const userSpec: JsonObject = block({
  authentication: block({ type: text }, { required: ["type"] }),
  authorization: block({
    acls: {
      type: ["array", "null"],
      items: {
        type: "object",
        required: ["resource"],
        properties: {
          resource: {
            type: "object",
            required: ["type"],
            properties: {
              type: oneOf("topic", "group", "cluster", "transactionalId"),
              name: text,
              patternType: oneOf("literal", "prefix"),
            },
            if: { properties: { type: { const: "cluster" } } },
            else: { required: ["name"] },
          },
          operation,
          operations: { type: "array", items: operation },
          host: text,
          type: oneOf("allow", "deny"),
        },
      },
    },
  }),
  quotas: block({}, { additionalProperties: { type: "number" } }),
});
