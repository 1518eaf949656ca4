import { createHash } from "node:crypto";
import type { Manifest } from "../../kinds/kubernetes-object/manifest.ts";
import { defaultVersion } from "../../kinds/redis-server/value.ts";
import type { JsonObject } from "../../topology/json.ts";
import type { RedisDeployment } from "./manifests.ts";
import { canonicalQuantity } from "./quantity.ts";

/** User and group of the redis images. */
const redisUser = 999;

/** What is left out here (update strategy, revision history, pod management) is the default, and part of it could never change. */
export function statefulSet(deployment: RedisDeployment): Manifest {
  const { metadata, headlessName, podLabels, conf, value } = deployment;
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas: 1,
      serviceName: headlessName,
      selector: { matchLabels: podLabels },
      template: {
        metadata: {
          labels: { ...metadata.labels, ...podLabels },
          // Redis reads its configuration only when it starts: another checksum restarts the pod.
          annotations: {
            "queueform.dev/redis-conf-checksum": createHash("sha256").update(conf).digest("hex").slice(0, 16),
          },
        },
        spec: pod(deployment),
      },
      volumeClaimTemplates: [
        {
          apiVersion: "v1",
          kind: "PersistentVolumeClaim",
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            ...(value.storageClass !== undefined && { storageClassName: value.storageClass }),
            resources: { requests: { storage: required(value.storage) } },
          },
        },
      ],
    },
  };
}

function pod({ objectName, value }: RedisDeployment): JsonObject {
  const password = { secretKeyRef: { name: objectName, key: "password" } };
  const memory = required(value.memory);
  return {
    automountServiceAccountToken: false,
    // On SIGTERM Redis writes the rest of the AOF, for which a slow disk needs time.
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: redisUser,
      runAsGroup: redisUser,
      fsGroup: redisUser,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "redis",
        image: value.image ?? `docker.io/library/redis:${value.version ?? defaultVersion}`,
        command: ["redis-server", "/etc/redis/redis.conf"],
        ...(value.password !== undefined && {
          // Kubernetes puts the value in; REDISCLI_AUTH is what the probes log in with.
          args: ["--requirepass", "$(REDIS_PASSWORD)"],
          env: [
            { name: "REDIS_PASSWORD", valueFrom: password },
            { name: "REDISCLI_AUTH", valueFrom: password },
          ],
        }),
        ports: [{ name: "redis", containerPort: 6379, protocol: "TCP" }],
        resources: { requests: { memory }, limits: { memory } },
        ...probes,
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "conf", mountPath: "/etc/redis", readOnly: true },
        ],
      },
    ],
    volumes: [{ name: "conf", configMap: { name: objectName } }],
  };
}

// While Redis loads its jobs it answers, with an error: it lives, but is not ready. Loading a large AOF takes minutes, so
// the start has half an hour. `redis-cli ping` fails only when nobody answers, so readiness compares the answer.
const isReady = { exec: { command: ["sh", "-c", 'test "$(redis-cli ping)" = PONG'] }, timeoutSeconds: 5 };
const probes = {
  startupProbe: { ...isReady, periodSeconds: 5, failureThreshold: 360 },
  readinessProbe: { ...isReady, periodSeconds: 10, failureThreshold: 3 },
  livenessProbe: {
    exec: { command: ["redis-cli", "ping"] },
    timeoutSeconds: 5,
    periodSeconds: 10,
    failureThreshold: 6,
  },
} satisfies JsonObject;

/** Of a size that the schema asks for on Kubernetes; a file without it never gets as far as this. */
function required(size: string | undefined): string {
  if (size === undefined)
    throw new Error("A Redis on Kubernetes without memory or storage passed the schema.");
  return canonicalQuantity(size);
}
