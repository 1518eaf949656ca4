import type { TopicValue } from "../../kinds/kafka-topic/definition.ts";
import { durationToMilliseconds } from "../../topology/units.ts";
import { durationText, waits } from "../retry/ladder.ts";
import type { RetryValue } from "../retry/value.ts";

export type TopicWithRetry = TopicValue & {
  readonly retry?: RetryValue;
  readonly deadLetter?: boolean;
};

/** The topics beside a topic for records that failed. */
export interface SideTopics {
  /** In the order of their delays, in milliseconds. Retries with equal delays share a topic. */
  readonly retries: readonly { readonly name: string; readonly delay: number }[];
  readonly deadLetter?: string;
}

export function sideTopicsOf(name: string, { retry, deadLetter }: TopicWithRetry): SideTopics {
  const delays = retry ? [...new Set(waits(retry))] : [];
  return {
    retries: delays.map((delay) => ({ name: `${name}.retry.${durationText(delay)}`, delay })),
    ...((retry || deadLetter === true) && { deadLetter: `${name}.dlt` }),
  };
}

const day = 86_400_000;
/** Kafka's own, where neither topic nor cluster says otherwise. */
const defaultRetention = 7 * day;
/** Somebody has to find the time to look at dead letters. */
const shortestDeadLetterRetention = 14 * day;

/** How long a topic keeps its records, in milliseconds; Infinity for good. Compacted ones count as the default. */
export function retentionOf({ retention, config }: TopicValue): number {
  if (retention !== undefined) return retention === "forever" ? Infinity : durationToMilliseconds(retention);
  const written = Number(config?.["retention.ms"] ?? defaultRetention);
  return written < 0 ? Infinity : written;
}

/** What must be equal, or a record that fitted into the topic is refused by the next one. */
const inherited = ["max.message.bytes", "min.insync.replicas"];

/** A topic beside `source`: same partitions, copies and limits, and no compaction, which would lose records. */
export function sideTopic(source: TopicValue, purpose: string, retention: number): TopicValue {
  const { partitions, replication, key, config = {} } = source;
  return {
    for: purpose,
    partitions,
    ...(replication !== undefined && { replication }),
    ...(key !== undefined && { key }),
    retention: retention === Infinity ? "forever" : `${retention}ms`,
    cleanup: "delete",
    config: Object.fromEntries(inherited.flatMap((name) => (name in config ? [[name, config[name]!]] : []))),
  };
}

/** Long enough that a record survives its wait and an outage of its consumer as long as in the topic itself. */
export const retryRetention = (source: TopicValue, delay: number): number => retentionOf(source) + delay;

export const deadLetterRetention = (source: TopicValue): number =>
  Math.max(retentionOf(source), shortestDeadLetterRetention);
