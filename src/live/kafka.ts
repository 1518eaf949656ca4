import type { KafkaLogin } from "../brokers/kafka-connection.ts";
import type { KafkaClient } from "../brokers/kafka.ts";
import { readAuthority } from "../environment/authority.ts";
import type { KafkaCluster } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";
import type { KafkaFacet } from "../kinds/live.ts";
import { lives } from "../kinds/lives.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import { kafkaAccessFacets, readAccess } from "./access.ts";
import { topicsAtStake } from "./at-stake.ts";
import type { Connection, Unchecked } from "./connection.ts";
import { Hidden } from "./hidden.ts";
import { kafkaWords } from "./own-words.ts";

/** Throws UsageError when the password or the certificate file can't be found. */
function kafkaLogin(
  { bootstrap, tls, caFile, sasl, timeout }: KafkaCluster,
  lookup: SecretLookup,
): KafkaLogin {
  return {
    bootstrap,
    tls,
    ...(caFile !== undefined && { ca: readAuthority(caFile) }),
    ...(timeout !== undefined && { timeout }),
    ...(sasl && { sasl: { ...sasl, password: resolveSecret(sasl.password, lookup) } }),
  };
}

/** Throws UsageError when the password or the certificate file can't be found, BrokerError when no broker answers. */
export async function openKafka(cluster: KafkaCluster, lookup: SecretLookup): Promise<KafkaClient> {
  // Late, so that other brokers are asked while this large library loads.
  const client = (await import("../brokers/kafka.ts")).KafkaClient;
  return client.connect(kafkaLogin(cluster, lookup));
}

export const kafkaFacets: ReadonlyMap<string, KafkaFacet> = new Map(
  Object.entries(lives).flatMap(([kind, facet]) =>
    facet.broker === "kafka" && facet.scope === undefined ? [[kind, facet] as const] : [],
  ),
);

export function connectKafka(cluster: KafkaCluster, lookup: SecretLookup): Connection {
  let opened: Promise<KafkaClient> | undefined;
  const client = (): Promise<KafkaClient> => (opened ??= openKafka(cluster, lookup));
  return {
    broker: "kafka",
    cluster: cluster.name,
    // Brokers learn from the controller what it has acknowledged, a moment later.
    lags: true,
    probe: async () => {
      const { clusterId, version } = await client();
      return { identity: clusterId, version };
    },
    read: async (desired) => {
      const declared = new Map(desired.map((object) => [object.key, object]));
      const objects: PlanObject[] = [];
      const unchecked: Unchecked[] = [];
      for (const topic of await (await client()).topics()) {
        for (const [kind, facet] of kafkaFacets) {
          const observed = facet.observe(topic, cluster.name, (key) => declared.get(key)?.spec);
          if (!observed) continue;
          objects.push({
            kind,
            key: observed.key,
            cluster: cluster.name,
            spec: observed.spec,
            dependsOn: [],
          });
          if (topic.configUnknown !== undefined && declared.has(observed.key))
            unchecked.push({ key: observed.key, reason: topic.configUnknown, cause: "not-allowed" });
        }
      }
      const found = new Set(objects.map(({ key }) => key));
      const absent = desired.filter(({ kind, key }) => kind === "kafka-topic" && !found.has(key));
      unchecked.push(...(await hiddenAmong(absent, await client())));
      const hidden = new Hidden();
      const access = await readAccess(
        kafkaAccessFacets,
        await client(),
        { ...cluster, login: cluster.sasl?.username },
        desired,
        lookup,
        hidden,
      );
      return {
        objects: [...objects, ...access.objects],
        unchecked: [...unchecked, ...access.unchecked, ...hidden.unchecked],
        problems: hidden.problems,
      };
    },
    ailments: async (desired) => {
      const { kafkaAilments } = await import("./kafka-health.ts");
      return kafkaAilments(await client(), kafkaLogin(cluster, lookup), cluster.name, desired);
    },
    atStake: async (objects) => topicsAtStake(objects, kafkaLogin(cluster, lookup)),
    inOwnWords: async () => kafkaWords(await client(), cluster.name),
    close: async () => {
      // A connection that could not be opened was reported where it was needed.
      const found = await opened?.catch(() => undefined);
      await found?.close();
    },
  };
}

/** A topic that the login may not describe looks like one that isn't there. */
async function hiddenAmong(absent: readonly PlanObject[], client: KafkaClient): Promise<Unchecked[]> {
  const asked = await client.namedTopics(absent.map(({ spec }) => String(spec["name"])));
  const hidden = new Set(asked.hidden);
  return absent.flatMap(({ key, spec }) =>
    hidden.has(String(spec["name"]))
      ? [
          {
            key,
            reason:
              "Kafka does not let this login see the topic, so nobody knows whether it is there. Allow it Describe and DescribeConfigs on the topic.",
            cause: "not-allowed",
          },
        ]
      : [],
  );
}
