import { namedValues, textOf } from "../../topology/file.ts";
import { durationPattern, durationToMilliseconds, sizePattern, sizeToBytes } from "../../topology/units.ts";
import { topicKey } from "../key.ts";
import type { Kind } from "../kind.ts";
import { topicImpact } from "./impact.ts";

export interface TopicValue {
  readonly for?: string;
  readonly carries?: readonly string[];
  readonly partitions: number;
  readonly replication?: number;
  readonly key?: string;
  readonly retention?: string;
  readonly retentionBytes?: string | number;
  readonly cleanup?: string | readonly string[];
  readonly config?: Readonly<Record<string, string | number | boolean>>;
}

export type TopicSpec = {
  name: string;
  partitions: number;
  replicationFactor: number;
  /** Kafka stores and compares texts, so do plans. */
  config: Record<string, string>;
};

export const kind: Kind<TopicValue, TopicSpec> = {
  id: "kafka-topic",
  broker: "kafka",
  noun: "topic",
  section: {
    path: ["kafka", "topics"],
    description: "Topics, by name.",
    schema: {
      type: "object",
      required: ["partitions"],
      properties: {
        carries: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Which messages go through it, by their names under messages.",
        },
        for: { type: "string", description: "What the topic is for, shown in the design document." },
        partitions: {
          type: "integer",
          minimum: 1,
          description:
            "How many consumers of one group can read at the same time. It can grow, never shrink, and growing breaks the order per key.",
          examples: [12],
        },
        replication: {
          type: "integer",
          minimum: 1,
          default: 3,
          description: "On how many brokers each partition is kept.",
        },
        key: {
          type: "string",
          minLength: 1,
          description: "The field that producers use as key: records with the same key stay in order.",
          examples: ["userId"],
        },
        retention: {
          type: "string",
          pattern: `${durationPattern}|^forever$`,
          description: "How long records are kept: a duration, or forever.",
          examples: ["7d"],
        },
        retentionBytes: {
          type: ["string", "integer"],
          pattern: sizePattern,
          minimum: -1,
          description: "How many bytes are kept per partition; -1 for no limit.",
          examples: ["10Gi"],
        },
        cleanup: {
          type: ["string", "array"],
          enum: ["delete", "compact", ["delete", "compact"], ["compact", "delete"]],
          description:
            "delete: old records go after the retention. compact: the last record of each key stays. A list of both does both.",
        },
        config: {
          type: "object",
          description: "Any other topic config of Kafka, by its own name.",
          additionalProperties: { type: ["string", "number", "boolean"] },
          examples: [{ "min.insync.replicas": 2 }],
        },
      },
      additionalProperties: false,
    },
  },
  declare: (file) => {
    const cluster = textOf(file, ["kafka", "cluster"], "main");
    return namedValues(file, "kafka", "topics").map(({ name, value, mark }) => ({
      kind: "kafka-topic",
      key: topicKey(cluster, name),
      cluster,
      name,
      value: value as unknown as TopicValue,
      mark,
    }));
  },
  compile: ({ name, value }) => ({
    name,
    partitions: value.partitions,
    replicationFactor: value.replication ?? 3,
    config: configOf(value),
  }),
  references: () => [],
  words: (field) => words[field] ?? [],
  protects: () => true,
  impact: topicImpact,
};

const words: Readonly<Record<string, readonly string[]>> = {
  replicationFactor: ["replication"],
  "config.retention.ms": ["retention"],
  "config.retention.bytes": ["retentionBytes"],
  "config.cleanup.policy": ["cleanup"],
};

function configOf(value: TopicValue): Record<string, string> {
  const config: Record<string, string> = {};
  for (const [name, setting] of Object.entries(value.config ?? {})) config[name] = String(setting);
  if (value.retention !== undefined) {
    config["retention.ms"] =
      value.retention === "forever" ? "-1" : String(durationToMilliseconds(value.retention));
  }
  if (value.retentionBytes !== undefined) {
    config["retention.bytes"] =
      value.retentionBytes === -1 ? "-1" : String(sizeToBytes(value.retentionBytes));
  }
  if (value.cleanup !== undefined) config["cleanup.policy"] = [value.cleanup].flat().toSorted().join(",");
  return config;
}
