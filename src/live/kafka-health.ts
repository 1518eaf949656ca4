import { BrokerError } from "../brokers/error.ts";
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
  const { gaps } = await client.namedTopics([...topics.keys()]);
  // Nobody can tell the end of a partition that nobody leads, and one such question would fail all of them.
  const silent = new Set(gaps.filter(({ leaderless }) => leaderless.length > 0).map(({ topic }) => topic));
  const lagged = [...topics].flatMap(([name, topic]) => (silent.has(name) ? [] : [topic]));
  const base: Place = { broker: "kafka", cluster };
  return [
    ...gaps.flatMap(({ topic, underReplicated, leaderless }): Ailment[] => {
      const about = { ...base, key: topics.get(topic)?.key ?? topic };
      const lost = `Nobody leads ${partitions(leaderless)}, so nothing can be written or read there. Start the brokers that have the copies.`;
      const fewer = `Copies of ${partitions(underReplicated)} are missing or behind. Should one more broker fail, records may be lost or refused. Look for a broker that is down or slow.`;
      return [
        ...(leaderless.length > 0 ? [{ ...about, check: "no-leader", sentence: lost } as const] : []),
        ...(underReplicated.length > 0
          ? [{ ...about, check: "under-replicated", sentence: fewer } as const]
          : []),
      ];
    }),
    ...(await lagAilments(lagged, login, base)),
  ];
}

type Place = Pick<Ailment, "broker" | "cluster">;

/** That they can't be counted hides nothing else that is not well. */
async function lagAilments(
  topics: readonly PlanObject[],
  login: KafkaLogin,
  place: Place,
): Promise<Ailment[]> {
  try {
    return (await lagging(topics, login)).map(({ key, group, behind, maximum }) => ({
      ...place,
      key,
      check: "group-lag",
      sentence: `Group "${group}" has ${behind} records still to read, and the file allows ${maximum} (maxLag). Start more instances, or look at why it is slow.`,
    }));
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return [{ ...place, check: "not-asked", sentence: error.message }];
  }
}

function partitions(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 10).join(", ");
  const more = numbers.length > 10 ? ` and ${numbers.length - 10} more` : "";
  return `${numbers.length === 1 ? "partition" : "partitions"} ${shown}${more}`;
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
