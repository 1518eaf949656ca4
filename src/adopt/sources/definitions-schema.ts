import type { JsonObject } from "../../topology/json.ts";

const text: JsonObject = { type: "string" };
const table: JsonObject = { type: ["object", "array", "null"] };
const flag: JsonObject = { type: "boolean" };
const list = (required: string[], properties: JsonObject): JsonObject => ({
  type: "array",
  items: { type: "object", required, properties },
});
const vhost: JsonObject = { type: "string", minLength: 1 };

/**
 * What is needed of a definitions file to understand it. Exports differ: those of one vhost name no vhost, those that people
 * wrote leave defaults out, and each version of RabbitMQ adds fields, which are let through.
 */
export const definitionsSchema: JsonObject = {
  type: "object",
  properties: {
    rabbit_version: text,
    rabbitmq_version: text,
    original_vhost_name: vhost,
    vhosts: list(["name"], { name: vhost, metadata: { type: ["object", "null"] } }),
    users: list(["name"], { name: text, tags: { type: ["string", "array"], items: text } }),
    permissions: list(["user", "vhost", "configure", "write", "read"], {
      user: text,
      vhost,
      configure: text,
      write: text,
      read: text,
    }),
    topic_permissions: list(["user", "vhost", "exchange", "write", "read"], {
      user: text,
      vhost,
      exchange: text,
      write: text,
      read: text,
    }),
    parameters: list(["component", "name"], { vhost, component: text, name: text }),
    global_parameters: list(["name"], { name: text }),
    policies: list(["name", "pattern", "definition"], {
      vhost,
      name: text,
      pattern: text,
      "apply-to": text,
      priority: { type: "integer" },
      definition: table,
    }),
    exchanges: list(["name", "type"], {
      vhost,
      name: text,
      type: text,
      durable: flag,
      auto_delete: flag,
      internal: flag,
      arguments: table,
    }),
    queues: list(["name"], {
      vhost,
      name: text,
      durable: flag,
      auto_delete: flag,
      exclusive: flag,
      arguments: table,
    }),
    bindings: list(["source", "destination"], {
      vhost,
      source: text,
      destination: text,
      destination_type: { enum: ["queue", "exchange"] },
      routing_key: text,
      arguments: table,
    }),
  },
};
