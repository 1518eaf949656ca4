import { managedByLabel, managedByQueueform, type Manifest } from "../../kinds/kubernetes-object/manifest.ts";
import { redisConf } from "../../kinds/redis-server/redis-conf.ts";
import { defaultNamespace, type RedisServerValue } from "../../kinds/redis-server/value.ts";
import type { JsonObject } from "../../topology/json.ts";
import { networkPolicy, services } from "./network.ts";
import { statefulSet } from "./stateful-set.ts";

/** What all objects of one Redis are made from. */
export interface RedisDeployment {
  /** As the topology calls it. */
  readonly name: string;
  /** Of the objects: redis-<name>. */
  readonly objectName: string;
  readonly headlessName: string;
  readonly value: RedisServerValue;
  readonly conf: string;
  readonly metadata: JsonObject & { name: string; namespace: string; labels: JsonObject };
  /** Finds its pod. Can never change, so it holds nothing that people may want to rename. */
  readonly podLabels: JsonObject;
}

/** The Kubernetes objects that run one Redis, in the order in which they are needed. */
export function redisManifests(name: string, value: RedisServerValue): Manifest[] {
  const objectName = `redis-${name}`;
  const namespace = value.namespace ?? defaultNamespace;
  const labels = {
    "app.kubernetes.io/name": "redis",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/component": "job-queue",
    [managedByLabel]: managedByQueueform,
  };
  const deployment: RedisDeployment = {
    name,
    objectName,
    headlessName: `${objectName}-headless`,
    value,
    conf: redisConf(value),
    metadata: { name: objectName, namespace, labels },
    podLabels: { "queueform.dev/redis": name },
  };
  return [
    ...(value.createNamespace === true ? [ownNamespace(namespace)] : []),
    configMap(deployment),
    ...(value.password === undefined ? [] : [secret(deployment, value.password)]),
    ...services(deployment),
    networkPolicy(deployment),
    podDisruptionBudget(deployment),
    statefulSet(deployment),
  ];
}

// Several deployments may share it, so it carries no label of any of them.
const ownNamespace = (name: string): Manifest => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { [managedByLabel]: managedByQueueform } },
});

const configMap = ({ metadata, conf }: RedisDeployment): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata,
  data: { "redis.conf": conf },
});

const secret = ({ metadata }: RedisDeployment, password: string): Manifest => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata,
  type: "Opaque",
  stringData: { password },
});

// minAvailable: 1 would forbid every drain of the node that the only pod is on.
const podDisruptionBudget = ({ metadata, podLabels }: RedisDeployment): Manifest => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata,
  spec: { maxUnavailable: 1, selector: { matchLabels: podLabels } },
});
