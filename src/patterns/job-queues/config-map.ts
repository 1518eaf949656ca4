import { digest } from "../../kinds/key.ts";
import { managedByLabel, managedByQueueform, type Manifest } from "../../kinds/kubernetes-object/manifest.ts";
import { clientSettings } from "../../kinds/redis-content/client-settings.ts";
import { idempotencySettings } from "../../kinds/redis-server/idempotency.ts";
import { defaultNamespace } from "../../kinds/redis-server/value.ts";
import type { Json } from "../../topology/json.ts";
import type { RedisWithQueues } from "./value.ts";

/** Beside a Redis on Kubernetes: what applications make their queues, workers and claims with, a JSON file each. */
export function settingsConfigMap(name: string, value: RedisWithQueues): Manifest {
  const queues = Object.entries(value.queues ?? {});
  const files = queues.map(([queue, options]): [string, string] => [
    `queue.${fileName(queue)}.json`,
    text(clientSettings(queue, options)),
  ]);
  if (value.idempotency) files.push(["idempotency.json", text(idempotencySettings(value.idempotency))]);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: `redis-${name}-queues`,
      namespace: value.namespace ?? defaultNamespace,
      labels: {
        "app.kubernetes.io/name": "redis",
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/component": "job-queue",
        [managedByLabel]: managedByQueueform,
      },
    },
    data: Object.fromEntries(files),
  };
}

const text = (settings: Json): string => `${JSON.stringify(settings, null, 2)}\n`;

/** Kubernetes allows few characters in names of files; names that differ only in others must not meet. */
function fileName(queue: string): string {
  const allowed = queue.replaceAll(/[^-._A-Za-z0-9]/g, "_");
  return allowed === queue ? queue : `${allowed}-${digest(queue)}`;
}
