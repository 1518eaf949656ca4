import type { JsonObject } from "../../topology/json.ts";

const text: JsonObject = { type: "string" };
const textOrNone: JsonObject = { type: ["string", "null"] };
const table: JsonObject = { type: ["object", "array", "null"] };
const flag: JsonObject = { type: "boolean" };
const tags: JsonObject = { type: ["string", "array"], items: text };
const vhost: JsonObject = { type: "string", minLength: 1 };
/** Read elsewhere, or of no use here. */
const anything: JsonObject = {};

interface Entry {
  readonly required: string[];
  readonly properties: JsonObject;
}
const entry = (required: string[], properties: JsonObject): Entry => ({ required, properties });

/** Since 3.11 also in a block of its own. */
const metadata: JsonObject = { description: textOrNone, tags, default_queue_type: textOrNone };

const entries: Readonly<Record<string, Entry>> = {
  vhosts: entry(["name"], {
    name: vhost,
    metadata: { type: ["object", "null"], properties: metadata },
    ...metadata,
    limits: table,
    tracing: anything,
  }),
  users: entry(["name"], {
    name: text,
    tags,
    limits: anything,
    password: anything,
    password_hash: anything,
    hashing_algorithm: anything,
  }),
  permissions: entry(["user", "vhost", "configure", "write", "read"], {
    user: text,
    vhost,
    configure: text,
    write: text,
    read: text,
  }),
  topic_permissions: entry(["user", "vhost", "exchange", "write", "read"], {
    user: text,
    vhost,
    exchange: text,
    write: text,
    read: text,
  }),
  parameters: entry(["component", "name"], { vhost, component: text, name: text, value: anything }),
  global_parameters: entry(["name"], { name: text, value: anything }),
  policies: entry(["name", "pattern", "definition"], {
    vhost,
    name: text,
    pattern: text,
    "apply-to": text,
    priority: { type: "integer" },
    definition: table,
  }),
  exchanges: entry(["name", "type"], {
    vhost,
    name: text,
    type: text,
    durable: flag,
    auto_delete: flag,
    internal: flag,
    arguments: table,
  }),
  queues: entry(["name"], {
    vhost,
    name: text,
    type: anything,
    durable: flag,
    auto_delete: flag,
    exclusive: flag,
    arguments: table,
  }),
  bindings: entry(["source", "destination"], {
    vhost,
    source: text,
    destination: text,
    destination_type: { enum: ["queue", "exchange"] },
    routing_key: text,
    arguments: table,
    // The broker's own name of a binding: the key and a digest of the arguments.
    properties_key: anything,
  }),
};

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
    ...Object.fromEntries(
      Object.entries(entries).map(([list, { required, properties }]) => [
        list,
        { type: "array", items: { type: "object", required, properties } },
      ]),
    ),
  },
};

/** The fields that are understood, by list; those of the metadata of vhosts stand under `metadata`. */
export const understoodFields: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...Object.entries(entries), ["metadata", { properties: metadata }] as const].map(
    ([list, { properties }]) => [list, new Set(Object.keys(properties))],
  ),
);
