import type { TopicState } from "../../brokers/kafka-topics.ts";
import type { KafkaClient } from "../../brokers/kafka.ts";
import type { KafkaCluster } from "../../environment/environment.ts";
import type { SecretLookup } from "../../environment/secrets.ts";
import { topicKey } from "../../kinds/key.ts";
import { kafkaAccessFacets } from "../../live/access.ts";
import { kafkaFacets, openKafka } from "../../live/kafka.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { clusterPlace, type Found, type Note, passwordReference } from "../found.ts";
import { cleanupPolicy } from "./cleanup-policy.ts";
import { othersOn } from "./kafka-others.ts";

/**
 * The topics of a Kafka with what was set on them, and with `withAccess` who logs in and may do what. Throws BrokerError, and
 * UsageError for a secret that is not set.
 */
export async function readKafka(
  cluster: KafkaCluster,
  lookup: SecretLookup,
  withAccess: boolean,
): Promise<Found> {
  const { name } = cluster;
  const place = `Kafka ${cluster.bootstrap.join(", ")}`;
  const client = await openKafka(cluster, lookup);
  try {
    const topics = await client.topics();
    const notes = topics.flatMap((topic): Note[] => {
      const problem = problemOf(topic);
      const key = topicKey(name, topic.name);
      return problem === undefined ? [] : [{ place, about: key, key, text: problem }];
    });
    const access = withAccess ? await readAccess(client, cluster) : [];
    const others = withAccess ? othersOn(name, place, await client.access.others()) : [];
    return {
      objects: [...topics.flatMap((topic) => objectsOf(topic, name)), ...access],
      notes: [...notes, ...others],
      versions: new Map(
        /^\d+\.\d+$/.test(client.version) ? [[clusterPlace("kafka", name), client.version]] : [],
      ),
    };
  } finally {
    await client.close();
  }
}

/** Why a topic can't be taken over as it is. */
function problemOf({ name, internal, partitions, configUnknown }: TopicState): string | undefined {
  if (internal || name.startsWith("__")) return undefined;
  if (configUnknown !== undefined)
    return `What is set on the topic "${name}" can't be read: ${configUnknown}. Without it the file would reset it. Allow the login DescribeConfigs, and import again.`;
  const counts = partitions.map(({ replicas }) => replicas.length);
  if (Math.min(...counts) < Math.max(...counts))
    return `The partitions of the topic "${name}" have ${Math.min(...counts)} to ${Math.max(...counts)} copies, and a file says one number for all. Give all of them as many (kafka-reassign-partitions), and import again.`;
  return partitions.length === 0 ? `The broker tells no partitions of the topic "${name}".` : undefined;
}

function objectsOf(topic: TopicState, cluster: string): PlanObject[] {
  if (problemOf(topic) !== undefined) return [];
  const policy = topic.config["cleanup.policy"];
  const canonical: TopicState = {
    ...topic,
    config: { ...topic.config, ...(policy !== undefined && { "cleanup.policy": cleanupPolicy(policy) }) },
  };
  return [...kafkaFacets].flatMap(([kind, facet]) => {
    const observed = facet.observe(canonical, cluster, () => undefined);
    return observed ? [{ kind, key: observed.key, cluster, spec: observed.spec, dependsOn: [] }] : [];
  });
}

/** Users, ACLs and quotas, but for those of our own login: what Queueform may do itself is nothing to declare. */
async function readAccess(client: KafkaClient, { name: cluster, sasl }: KafkaCluster): Promise<PlanObject[]> {
  const nothing = { cluster, specs: new Map<string, JsonObject>(), vhosts: new Set<string>() };
  const found = await Promise.all(
    [...kafkaAccessFacets].map(async ([kind, facet]) =>
      (await facet.observe(client, nothing))
        .filter(({ principal }) => principal !== sasl?.username)
        .map(({ key, spec, principal }) => ({
          kind,
          key,
          cluster,
          spec: kind === "kafka-user" ? { ...spec, password: passwordReference(principal) } : { ...spec },
          dependsOn: [],
        })),
    ),
  );
  // A Kafka tells them in any order.
  return found.flat().toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
