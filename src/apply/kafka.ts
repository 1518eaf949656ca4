import type { TopicRefusal } from "../brokers/kafka-topics.ts";
import type { KafkaClient } from "../brokers/kafka.ts";
import type { KafkaCluster } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { KafkaFacet } from "../kinds/live.ts";
import { kafkaFacets, openKafka } from "../live/kafka.ts";
import type { Change } from "../review/changes.ts";
import { writeKafkaAccess } from "./kafka-access.ts";
import type { OnProgress, Rejected } from "./writer.ts";

/**
 * Sends changes, many topics a request. Throws BrokerError when no broker can be asked any more; resolves to what was
 * refused.
 */
export async function writeKafka(
  cluster: KafkaCluster,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const client = await openKafka(cluster, lookup);
  try {
    const rejected: Rejected[] = [];
    for (const [kind, ofKind] of Map.groupBy(changes, (change) => change.kind)) {
      const facet = kafkaFacets.get(kind);
      if (facet) rejected.push(...(await writeKind(client, facet, ofKind, onProgress)));
    }
    rejected.push(...(await writeKafkaAccess(client, lookup, changes, onProgress)));
    return rejected;
  } finally {
    await client.close();
  }
}

const nameOf = ({ before, after }: Change): string => String((after ?? before)!.spec["name"]);

async function writeKind(
  client: KafkaClient,
  facet: KafkaFacet,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const keys = new Map(changes.map((change) => [nameOf(change), change.key]));
  const rejected: Rejected[] = [];
  const send = async (
    work: readonly Change[],
    doing: string,
    call: () => Promise<TopicRefusal[]>,
  ): Promise<void> => {
    if (work.length === 0) return;
    onProgress(`${doing} ${work.length.toLocaleString("en")} ${work.length === 1 ? "topic" : "topics"}`);
    for (const { topic, reason } of await call()) {
      const key = keys.get(topic);
      rejected.push({ ...(key !== undefined && { key }), reason: `Kafka refused it: ${reason}` });
    }
  };
  const replaced = changes.filter(({ effect }) => effect === "replaces");
  const created = [...replaced, ...changes.filter(({ effect }) => effect === "creates")];
  const changed = changes.filter(({ effect }) => effect === "in-place");
  const removed = changes.filter(({ effect }) => effect === "deletes");
  await send(replaced, "deleting, to make anew,", () => client.deleteTopics(replaced.map(nameOf)));
  await send(created, "creating", async () =>
    // What an earlier run had under way when it was killed may be there by now; the read-back says whether it is right.
    (await client.createTopics(created.map(({ after }) => facet.define(after!.spec)))).filter(
      ({ exists }) => exists !== true,
    ),
  );
  await send(changed, "changing", () =>
    facet.alter(
      client,
      changed.map(({ before, after }) => ({ before: before!.spec, after: after!.spec })),
    ),
  );
  await send(removed, "deleting", () => client.deleteTopics(removed.map(nameOf)));
  return rejected;
}
