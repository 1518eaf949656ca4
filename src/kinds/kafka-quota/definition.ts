import type { QuotaKey } from "../../brokers/kafka-access.ts";
import { sizeToBytes } from "../../topology/units.ts";
import { keyOf, userKey } from "../key.ts";
import type { Kind } from "../kind.ts";

export interface QuotaValue {
  readonly producerBytes?: string | number;
  readonly consumerBytes?: string | number;
  readonly requestPercent?: number;
}

/** Limits by Kafka's own names; each broker counts for itself. */
export type QuotaSpec = { user: string; limits: Partial<Record<QuotaKey, number>> };

export const quotaKey = (cluster: string, user: string): string => keyOf("kafka", cluster, "quota", user);

const words: Readonly<Record<string, readonly string[]>> = {
  "limits.producer_byte_rate": ["producerBytes"],
  "limits.consumer_byte_rate": ["consumerBytes"],
  "limits.request_percentage": ["requestPercent"],
};

export const kind: Kind<QuotaValue, QuotaSpec> = {
  id: "kafka-quota",
  broker: "kafka",
  noun: "quota",
  declare: () => [],
  compile: ({ name, value: { producerBytes, consumerBytes, requestPercent } }) => ({
    user: name,
    limits: {
      ...(producerBytes !== undefined && { producer_byte_rate: sizeToBytes(producerBytes) }),
      ...(consumerBytes !== undefined && { consumer_byte_rate: sizeToBytes(consumerBytes) }),
      ...(requestPercent !== undefined && { request_percentage: requestPercent }),
    },
  }),
  references: ({ cluster, name, mark }) => [
    { key: userKey("kafka", cluster, name), noun: "user", name, mark, mustExist: false },
  ],
  words: (field) => words[field] ?? [],
  protects: () => false,
  impact: {
    added: ({ user }) => ({
      impact: "disruption",
      sentence: `Brokers slow "${user}" down as soon as it exceeds the quota.`,
    }),
    removed: ({ user }) => ({
      impact: "safe",
      sentence: `"${user}" is slowed down no longer, and may take what others need.`,
    }),
    changed: (field, before, after) => {
      if (field === "user") {
        return { effect: "replaces", impact: "disruption", sentence: "The quota is for another user." };
      }
      const name = field.replace(/^limits\./, "") as QuotaKey;
      return (after.limits[name] ?? Infinity) < (before.limits[name] ?? Infinity)
        ? {
            effect: "in-place",
            impact: "disruption",
            sentence: `Brokers slow "${after.user}" down earlier than before.`,
          }
        : { effect: "in-place", impact: "safe", sentence: `"${after.user}" may use more than before.` };
    },
  },
};
