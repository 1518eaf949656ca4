import { namedValues, textOf } from "../../topology/file.ts";
import type { Kind } from "../kind.ts";
import { vhostKey } from "../key.ts";

export interface VhostValue {
  readonly description?: string;
  readonly defaultQueueType?: "classic" | "quorum" | "stream";
  readonly limits?: { readonly connections?: number; readonly queues?: number };
}

export type VhostSpec = {
  name: string;
  description: string;
  defaultQueueType?: string;
  maxConnections?: number;
  maxQueues?: number;
};

export const kind: Kind<VhostValue, VhostSpec> = {
  id: "rabbitmq-vhost",
  broker: "rabbitmq",
  noun: "vhost",
  section: {
    path: ["rabbitmq", "vhosts"],
    description:
      "Virtual hosts that this topology creates. Naming a vhost elsewhere only refers to it; / is never managed.",
    schema: {
      type: "object",
      properties: {
        description: { type: "string", description: "What the vhost is for, shown in the management UI." },
        defaultQueueType: {
          enum: ["classic", "quorum", "stream"],
          description:
            "Type of queues that applications declare without naming one. Needs RabbitMQ 3.11 or newer.",
        },
        limits: {
          type: "object",
          description: "Upper bounds for the whole vhost.",
          properties: {
            connections: { type: "integer", minimum: 0, description: "Most client connections at a time." },
            queues: { type: "integer", minimum: 0, description: "Most queues." },
          },
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
  },
  declare: (file) => {
    const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
    return namedValues(file, "rabbitmq", "vhosts").map(({ name, value, mark }) => ({
      kind: "rabbitmq-vhost",
      key: vhostKey(cluster, name),
      cluster,
      vhost: name,
      name,
      value: value as VhostValue,
      mark,
    }));
  },
  compile: ({ name, value }) => ({
    name,
    description: value.description ?? "",
    ...(value.defaultQueueType && { defaultQueueType: value.defaultQueueType }),
    ...(value.limits?.connections !== undefined && { maxConnections: value.limits.connections }),
    ...(value.limits?.queues !== undefined && { maxQueues: value.limits.queues }),
  }),
  references: () => [],
  words: (field) => ({ maxConnections: ["limits.connections"], maxQueues: ["limits.queues"] })[field] ?? [],
  protects: () => true,
  takesAlong: () => true,
  impact: {
    added: () => ({
      impact: "safe",
      sentence: "A new, empty vhost: nobody can use it before permissions are given.",
    }),
    removed: ({ name }) => ({
      impact: "message-loss",
      sentence: `Deleting vhost "${name}" deletes every queue in it with its messages, and every exchange, binding and policy.`,
    }),
    changed: (field, before, after) => {
      if (field === "name") {
        return {
          effect: "replaces",
          impact: "message-loss",
          sentence: "A vhost can't be renamed: the old one is deleted with all it holds.",
        };
      }
      if (field === "maxConnections" || field === "maxQueues") {
        const tighter = (after[field] ?? Infinity) < (before[field] ?? Infinity);
        return tighter
          ? {
              effect: "in-place",
              impact: "outage",
              sentence: "A lower limit refuses new connections or queues once it is reached.",
            }
          : { effect: "in-place", impact: "safe", sentence: "A higher limit admits more." };
      }
      if (field === "defaultQueueType") {
        return {
          effect: "in-place",
          impact: "disruption",
          sentence:
            "Applications that declare queues without a type get this one from now on; those that redeclare an old queue may be refused (406).",
        };
      }
      return { effect: "in-place", impact: "documentation", sentence: "Only a description changes." };
    },
  },
};
