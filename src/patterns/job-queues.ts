import { manifestKey } from "../kinds/kubernetes-object/manifest.ts";
import { idempotencySchema, jobQueueSchema } from "../kinds/redis-content/schema.ts";
import { jobQueueKey } from "../kinds/redis-content/spec.ts";
import type { Declaration } from "../topology/file.ts";
import { keyMarkOf, markOf } from "../topology/mark.ts";
import { settingsConfigMap } from "./job-queues/config-map.ts";
import type { RedisWithQueues } from "./job-queues/value.ts";
import type { Pattern } from "./pattern.ts";

/**
 * `queues:` and `idempotency:` of a Redis. What a queue holds inside Redis becomes an object of its own; what applications
 * have to be started with becomes a ConfigMap, where there is a Kubernetes beside the Redis to put it.
 */
export const pattern: Pattern = {
  id: "job-queues",
  adds: {
    kind: "redis-server",
    properties: {
      queues: {
        type: "object",
        description: "Bull and BullMQ queues in this Redis, by name.",
        additionalProperties: jobQueueSchema,
      },
      idempotency: idempotencySchema,
    },
  },
  expand: (declarations) =>
    declarations.flatMap((declaration) =>
      declaration.kind === "redis-server"
        ? [declaration, ...contentsOf(declaration as Declaration<RedisWithQueues>)]
        : [declaration],
    ),
};

function contentsOf({ file, cluster, name, value, mark }: Declaration<RedisWithQueues>): Declaration[] {
  const { queues = {}, idempotency } = value;
  const contents = Object.entries(queues).map(([queue, options]): Declaration => ({
    file,
    kind: "redis-content",
    key: jobQueueKey(name, queue),
    cluster: name,
    name: queue,
    value: options,
    written: { ...options },
    mark: keyMarkOf(queues, queue) ?? mark,
  }));
  if (value.on !== "kubernetes" || (contents.length === 0 && !idempotency)) return contents;
  const manifest = settingsConfigMap(name, value);
  return [
    ...contents,
    {
      file,
      kind: "kubernetes-object",
      key: manifestKey(cluster, manifest),
      cluster,
      name: manifest.metadata.name,
      value: manifest,
      mark: markOf(value, contents.length > 0 ? "queues" : "idempotency") ?? mark,
      addedBy: "job-queues",
    },
  ];
}
