import type { JsonObject } from "../../topology/json.ts";
import { defaultNamespace, defaultVersion } from "./value.ts";

const positiveSize = "^[1-9][0-9]*(Ki|Mi|Gi|Ti)$";
const labelValue = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

const memory: JsonObject = {
  description:
    "Memory of the pod, requested and limited. Redis may fill 75 % of it; beyond that it refuses new jobs rather than drop old ones.",
  examples: ["512Mi"],
};
const storage: JsonObject = {
  description:
    "Size of the volume that keeps the jobs. Several times the memory: the log is rewritten beside the old one. A new size replaces the StatefulSet.",
  examples: ["8Gi"],
};

/** What may stand under `redis: <name>:`. */
export const redisServerSchema: JsonObject = {
  type: "object",
  required: ["on"],
  properties: {
    for: { type: "string", description: "What this Redis is for, shown in the design document." },
    on: {
      enum: ["kubernetes", "external"],
      description:
        "kubernetes: Queueform makes it (StatefulSet, volume, Services, NetworkPolicy). external: somebody else runs it, and only its settings are compared; the stack file says where it is.",
    },
    cluster: {
      type: "string",
      minLength: 1,
      default: "main",
      description:
        "On Kubernetes: which of the environment's Kubernetes clusters. An external Redis stands in the stack file under its own name.",
    },
    namespace: {
      type: "string",
      minLength: 1,
      default: defaultNamespace,
      description: "Namespace of all its objects.",
    },
    createNamespace: {
      type: "boolean",
      default: false,
      description:
        "Whether Queueform makes the namespace too. Deleting it later would delete everything in it.",
    },
    version: {
      type: "string",
      pattern: "^[0-9]+\\.[0-9]+(\\.[0-9]+)?(-[a-z0-9.]+)?$",
      default: defaultVersion,
      description:
        "Tag of docker.io/library/redis, at least major and minor: a moving tag would change the server by itself.",
      examples: [defaultVersion],
    },
    image: {
      type: "string",
      pattern: "^(?!.*:latest$)[^\\s@]+(:[A-Za-z0-9_][A-Za-z0-9_.-]*|@sha256:[0-9a-f]{64})$",
      description:
        "Another image with redis-server, redis-cli and sh, by tag or digest instead of version. Not latest, which changes the server by itself.",
      examples: ["registry.example.com/redis:7.2.5"],
    },
    memory: { type: "string", pattern: positiveSize, ...memory },
    storage: { type: "string", pattern: positiveSize, ...storage },
    storageClass: {
      type: "string",
      minLength: 1,
      description:
        "StorageClass of the volume; the cluster's default when absent. Never change it on a living Redis.",
    },
    persistence: {
      enum: ["aof"],
      default: "aof",
      description:
        "How jobs survive a restart. Only the append-only file keeps all but the last second; snapshots lose minutes.",
    },
    replicas: {
      const: 1,
      default: 1,
      description:
        "Always one: these would be separate servers that split the jobs between them, not copies.",
    },
    password: {
      type: "string",
      pattern: "^\\$\\{secret:[A-Z][A-Z0-9_]*\\}$",
      description:
        "What clients log in with, without quotation marks and backslashes: some servers misread those on their command line. Only as a reference: a secret in a file is in everybody's history for good.",
      examples: ["${secret:REDIS_PASSWORD}"],
    },
    allowFrom: {
      type: "object",
      minProperties: 1,
      description:
        "Labels of the pods, in any namespace, that may connect; queueform.dev/redis-client: <name> when absent. No other pod gets through, where the cluster's network enforces policies.",
      additionalProperties: {
        type: "string",
        maxLength: 63,
        pattern: labelValue,
        description: "Value of the label.",
        examples: ["web"],
      },
      examples: [{ "app.kubernetes.io/part-of": "shop" }],
    },
    config: {
      type: "object",
      description: "Further redis.conf directives, by their own names.",
      additionalProperties: {
        type: ["string", "number", "boolean"],
        pattern: "^[^\\r\\n]*$",
        description: "One line of redis.conf.",
        examples: ["256"],
      },
      examples: [{ "tcp-keepalive": 60 }],
    },
  },
  additionalProperties: false,
  if: { required: ["on"], properties: { on: { const: "kubernetes" } } },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word; nobody awaits this.
  then: { required: ["memory", "storage"], properties: { memory, storage } },
};
