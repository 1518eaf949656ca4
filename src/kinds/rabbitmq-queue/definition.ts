import type { JsonObject } from "../../topology/json.ts";
import { durationPattern, sizePattern } from "../../topology/units.ts";
import { declareInVhost } from "../declare.ts";
import { queueKey, vhostKey } from "../key.ts";
import type { Kind } from "../kind.ts";
import { bindingSchema, type BindValue } from "../rabbitmq-binding/schema.ts";
import { type QueueType, storedQueueType } from "./arguments.ts";
import { queueImpact } from "./impact.ts";
import { queueWords } from "./words.ts";

export interface QueueValue {
  readonly for?: string;
  readonly type?: QueueType | "implicit";
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly arguments?: JsonObject;
  readonly bind?: readonly BindValue[];
  readonly limit?: {
    readonly messages?: number;
    readonly bytes?: string | number;
    readonly overflow?: string;
  };
  readonly ttl?: string;
  readonly expires?: string;
  readonly deliveryLimit?: number;
}

export type QueueSpec = {
  vhost: string;
  name: string;
  durable: boolean;
  autoDelete: boolean;
  arguments: JsonObject;
};

/** The type a queue gets when its file names none: the replicated one, because losing messages must be a choice. */
const defaultQueueType: QueueType = "quorum";

export function queueTypeOf(value: QueueValue): QueueType {
  if (value.type === "implicit") return storedQueueType({});
  return value.type ?? (value.arguments?.["x-queue-type"] as QueueType | undefined) ?? defaultQueueType;
}

export const kind: Kind<QueueValue, QueueSpec> = {
  id: "rabbitmq-queue",
  broker: "rabbitmq",
  noun: "queue",
  section: {
    path: ["rabbitmq", "queues"],
    description: "Queues, by name.",
    schema: {
      type: "object",
      properties: {
        for: { type: "string", description: "What the queue is for, shown in the design document." },
        type: {
          enum: ["quorum", "classic", "stream", "implicit"],
          default: defaultQueueType,
          description:
            "quorum: replicated, for messages that must not be lost. classic: one node, fast, for short-lived work. stream: an append-only log that many can read again. implicit: classic, and declared without the argument x-queue-type, as on RabbitMQ 3; for queues that exist so, because Pulumi would replace them to add it.",
        },
        durable: {
          type: "boolean",
          default: true,
          description:
            "Whether the queue survives a restart of the broker. Quorum queues and streams always do.",
        },
        autoDelete: {
          type: "boolean",
          default: false,
          description: "Whether it is deleted with its messages when its last consumer goes.",
        },
        bind: { type: "array", description: "Where its messages come from.", items: bindingSchema },
        limit: {
          type: "object",
          description:
            "How much the queue may hold, and what happens beyond that. Goes to a policy, so it can be changed at any time.",
          properties: {
            messages: { type: "integer", minimum: 0, description: "Most messages that wait at a time." },
            bytes: {
              type: ["string", "integer"],
              pattern: sizePattern,
              minimum: 0,
              description: "Most bytes of waiting message bodies.",
              examples: ["512Mi"],
            },
            overflow: {
              enum: ["drop-head", "reject-publish", "reject-publish-dlx"],
              description:
                "Beyond the limit: drop the oldest message, or refuse the new one (its publisher gets a nack).",
            },
          },
          additionalProperties: false,
        },
        ttl: {
          type: "string",
          pattern: durationPattern,
          description:
            "How long a message may wait before it expires (and is dead-lettered, where there is a dead letter).",
          examples: ["10m"],
        },
        expires: {
          type: "string",
          pattern: durationPattern,
          description: "After how long without consumers the whole queue is deleted, messages included.",
          examples: ["1h"],
        },
        deliveryLimit: {
          type: "integer",
          minimum: -1,
          description:
            "Quorum queues: how often a message may be redelivered before it is dead-lettered; -1 for no limit.",
        },
        arguments: {
          type: "object",
          description:
            "Arguments exactly as applications declare them. They can never be changed: a new value replaces the queue. Prefer the words above.",
        },
      },
      additionalProperties: false,
    },
  },
  declare: (file) => declareInVhost(file, "rabbitmq-queue", "queues", queueKey),
  compile: ({ name, vhost, value }) => ({
    vhost: vhost!,
    name,
    durable: value.durable ?? true,
    autoDelete: value.autoDelete ?? false,
    // Since 4.0 the broker stores a type that nobody sent; a plan without it would look changed and be replaced.
    arguments: {
      ...value.arguments,
      ...(value.type !== "implicit" && { "x-queue-type": queueTypeOf(value) }),
    },
  }),
  references: ({ cluster, vhost, mark }) => [
    { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
  ],
  words: queueWords,
  protects: () => true,
  takesAlong: (_spec, dependent) => dependent === "rabbitmq-binding",
  impact: queueImpact,
};
