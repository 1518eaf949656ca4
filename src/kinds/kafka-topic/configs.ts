/**
 * Topic configs of Kafka 4.x and what they may hold. Source: LogConfig.java, TopicConfig.java.
 * `number` has a lowest and, where Kafka sets one, a highest value.
 */
type ConfigRule =
  | {
      readonly type: "number";
      readonly minimum?: number;
      readonly maximum?: number;
      readonly decimal?: boolean;
    }
  | { readonly type: "boolean" }
  | { readonly type: "one-of"; readonly values: readonly string[] }
  | { readonly type: "some-of"; readonly values: readonly string[] }
  | { readonly type: "text" };

const number = (minimum?: number, maximum?: number): ConfigRule => ({
  type: "number",
  ...(minimum !== undefined && { minimum }),
  ...(maximum !== undefined && { maximum }),
});
const integer = 2_147_483_647;

export const topicConfigs: Readonly<Record<string, ConfigRule>> = {
  "cleanup.policy": { type: "some-of", values: ["delete", "compact"] },
  "compression.gzip.level": number(-1, 9),
  "compression.lz4.level": number(1, 17),
  "compression.zstd.level": number(-131_072, 22),
  "compression.type": {
    type: "one-of",
    values: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
  },
  "delete.retention.ms": number(0),
  "file.delete.delay.ms": number(0),
  "flush.messages": number(1),
  "flush.ms": number(0),
  "follower.replication.throttled.replicas": { type: "text" },
  "index.interval.bytes": number(0, integer),
  "leader.replication.throttled.replicas": { type: "text" },
  "local.retention.bytes": number(-2),
  "local.retention.ms": number(-2),
  "max.compaction.lag.ms": number(1),
  "max.message.bytes": number(0, integer),
  "message.timestamp.after.max.ms": number(0),
  "message.timestamp.before.max.ms": number(0),
  "message.timestamp.type": { type: "one-of", values: ["CreateTime", "LogAppendTime"] },
  "min.cleanable.dirty.ratio": { type: "number", minimum: 0, maximum: 1, decimal: true },
  "min.compaction.lag.ms": number(0),
  "min.insync.replicas": number(1, integer),
  preallocate: { type: "boolean" },
  "remote.log.copy.disable": { type: "boolean" },
  "remote.log.delete.on.disable": { type: "boolean" },
  "remote.storage.enable": { type: "boolean" },
  "retention.bytes": number(-1),
  "retention.ms": number(-1),
  "segment.bytes": number(1_048_576, integer),
  "segment.index.bytes": number(4, integer),
  "segment.jitter.ms": number(0),
  "segment.ms": number(1),
  "unclean.leader.election.enable": { type: "boolean" },
};

/** What is wrong with the value of a known config, as the end of a sentence; undefined when it is right. */
export function configProblem(name: string, value: string): string | undefined {
  const rule = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined;
  if (!rule) return undefined;
  switch (rule.type) {
    case "text":
      return undefined;
    case "boolean":
      return value === "true" || value === "false" ? undefined : "must be true or false";
    case "one-of":
      return rule.values.includes(value) ? undefined : `must be one of ${rule.values.join(", ")}`;
    case "some-of":
      return value === "" || value.split(",").every((part) => rule.values.includes(part))
        ? undefined
        : `must be a list of ${rule.values.join(" and ")}`;
    case "number": {
      const parsed = rule.decimal ? Number(value) : /^-?[0-9]+$/.test(value) ? Number(value) : NaN;
      const low = rule.minimum ?? -Infinity;
      const high = rule.maximum ?? Infinity;
      if (parsed >= low && parsed <= high) return undefined;
      const kind = rule.decimal ? "a number" : "a whole number";
      return high === Infinity ? `must be ${kind} from ${low}` : `must be ${kind} from ${low} to ${high}`;
    }
  }
}

/** Whether two spellings of a config mean the same to Kafka: the order of a list, 0.50 and 0.5, TRUE and true. */
export function isSameConfig(name: string, a: string, b: string): boolean {
  const rule = Object.hasOwn(topicConfigs, name) ? topicConfigs[name] : undefined;
  const [one, other] = [a, b].map((value): string => {
    const text = value.trim();
    if (rule?.type === "number") return String(Number(text));
    if (rule?.type === "boolean") return text.toLowerCase();
    if (rule?.type === "some-of")
      return text
        .split(",")
        .map((part) => part.trim())
        .toSorted()
        .join();
    return text;
  });
  return one === other;
}
