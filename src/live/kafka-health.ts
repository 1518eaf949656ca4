import type { KafkaLogin } from "../brokers/kafka-connection.ts";
import type { KafkaClient } from "../brokers/kafka.ts";
import type { PlanObject } from "../plan/plan.ts";
import { isObject } from "../topology/json.ts";
import type { Ailment } from "./connection.ts";

/** Groups that lag behind more than their `maxLag`, and partitions that lack copies. Throws BrokerError. */
export async function kafkaAilments(
  client: KafkaClient,
  login: KafkaLogin,
  cluster: string,
  desired: readonly PlanObject[],
): Promise<Ailment[]> {
  const topics = new Map(
    desired.filter(({ kind }) => kind === "kafka-topic").map((topic) => [String(topic.spec["name"]), topic]),
  );
  const [{ gaps }, lags] = await Promise.all([
    client.namedTopics([...topics.keys()]),
    lagging([...topics.values()], login),
  ]);
  const base = { broker: "kafka", cluster } as const;
  return [
    ...gaps.map(({ topic, underReplicated, leaderless }): Ailment => ({
      ...base,
      key: topics.get(topic)?.key ?? topic,
      check: "under-replicated",
      sentence:
        leaderless.length > 0
          ? `Nobody leads ${partitions(leaderless)}, so nothing can be written or read there. Start the brokers that have the copies.`
          : `${partitions(underReplicated)} ${underReplicated.length === 1 ? "has" : "have"} fewer copies than declared. Should one more broker fail, records may be lost or refused. Look for a broker that is down or behind.`,
    })),
    ...lags.map(({ key, group, behind, maximum }): Ailment => ({
      ...base,
      key,
      check: "group-lag",
      sentence: `Group "${group}" has ${behind} records still to read, and the file allows ${maximum} (maxLag). Start more instances, or look at why it is slow.`,
    })),
  ];
}

function partitions(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).join(", ");
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : "";
  return `${numbers.length === 1 ? "Partition" : "Partitions"} ${shown}${more}`;
}

interface Lag {
  readonly key: string;
  readonly group: string;
  readonly behind: number;
  readonly maximum: number;
}

async function lagging(topics: readonly PlanObject[], login: KafkaLogin): Promise<Lag[]> {
  const limits = topics.flatMap(({ key, spec, operations }) =>
    Object.entries(isObject(operations?.["consumers"]) ? operations["consumers"] : {}).flatMap(
      ([group, value]) => {
        const maximum = isObject(value) ? value["maxLag"] : undefined;
        return typeof maximum === "number" ? [{ key, topic: String(spec["name"]), group, maximum }] : [];
      },
    ),
  );
  if (limits.length === 0) return [];
  const { topicContents } = await import("../brokers/kafka-contents.ts");
  const contents = await topicContents(login, [...new Set(limits.map(({ topic }) => topic))]);
  return limits.flatMap(({ key, topic, group, maximum }) => {
    const behind = contents.get(topic)?.lag[group] ?? 0;
    return behind > maximum ? [{ key, group, behind, maximum }] : [];
  });
}
