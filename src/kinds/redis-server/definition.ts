import { namedValues } from "../../topology/file.ts";
import type { JsonObject } from "../../topology/json.ts";
import { keyOf } from "../key.ts";
import type { Kind } from "../kind.ts";
import { idempotencyChange, idempotencySettings } from "./idempotency.ts";
import { redisServerSchema } from "./schema.ts";
import type { RedisServerValue } from "./value.ts";

/** What an external Redis must be set to. Queueform can't set it there, only say that it differs. */
export type RedisServerSpec = {
  name: string;
  maxmemoryPolicy: string;
  appendonly: string;
  /** Only in applications, so never compared. On Kubernetes it stands in a ConfigMap instead. */
  idempotency?: JsonObject;
};

/** With others a Redis loses jobs, when its memory is full or when it starts again. */
export const neededSettings = { maxmemoryPolicy: "noeviction", appendonly: "yes" } as const;

export const kind: Kind<RedisServerValue, RedisServerSpec> = {
  id: "redis-server",
  broker: "redis",
  noun: "Redis",
  section: {
    path: ["redis"],
    description: "Redis servers for job queues, by name.",
    schema: redisServerSchema,
  },
  // Those on Kubernetes are declared here too; the pattern "redis" puts their Kubernetes objects in their place.
  declare: (file) =>
    namedValues(file, "redis").map(({ name, value, mark }) => {
      const server = value as unknown as RedisServerValue;
      return {
        kind: "redis-server",
        key: keyOf("redis", name, "server", name),
        cluster: server.on === "kubernetes" ? (server.cluster ?? "main") : name,
        name,
        value: server,
        mark,
      };
    }),
  compile: ({ name, value }) => ({
    name,
    ...neededSettings,
    ...(value.idempotency && { idempotency: idempotencySettings(value.idempotency) }),
  }),
  references: () => [],
  protects: () => false,
  impact: {
    added: () => ({
      impact: "safe",
      sentence: "Queueform compares this Redis from now on; it changes nothing there.",
    }),
    removed: () => ({
      impact: "documentation",
      sentence: "Queueform no longer looks at this Redis; nothing is deleted there.",
    }),
    changed: (field, before, after) => {
      if (field === "maxmemoryPolicy") {
        return after.maxmemoryPolicy === "noeviction"
          ? {
              effect: "in-place",
              impact: "message-loss",
              sentence:
                "Until whoever runs this Redis sets maxmemory-policy to noeviction, it deletes jobs whenever its memory is full.",
            }
          : {
              effect: "in-place",
              impact: "message-loss",
              sentence: "Redis deletes jobs whenever its memory is full.",
            };
      }
      if (field === "appendonly") {
        return after.appendonly === "yes"
          ? {
              effect: "in-place",
              impact: "durability",
              sentence:
                "Until whoever runs this Redis sets appendonly to yes, a restart may lose the jobs in it.",
            }
          : { effect: "in-place", impact: "message-loss", sentence: "A restart loses the jobs in it." };
      }
      if (field.startsWith("idempotency"))
        return {
          effect: "in-place",
          ...idempotencyChange(before.idempotency, after.idempotency),
        };
      return { effect: "in-place", impact: "documentation", sentence: "Only a name changes." };
    },
  },
};
