import { BrokerError } from "../../brokers/error.ts";
import { brokerNames, type Environment } from "../../environment/environment.ts";
import type { SecretLookup } from "../../environment/secrets.ts";
import { keyOf } from "../../kinds/key.ts";
import type { Broker } from "../../kinds/kind.ts";
import { checkTargets } from "../../live/targets.ts";
import { UsageError } from "../../topology/files.ts";
import { type Found, type Note, together } from "../found.ts";
import { withDeployments } from "./redis-deployments.ts";

/** How one kind of broker is read. */
interface LiveSource {
  /** A kind of object that it has, by which it is asked who it is. */
  readonly kind: string;
  /** All of one cluster, clients loaded only now. Throws BrokerError when it can't be asked. */
  read(environment: Environment, cluster: string, lookup: SecretLookup, withAccess: boolean): Promise<Found>;
}

const liveSources: Record<Broker, LiveSource> = {
  rabbitmq: {
    kind: "rabbitmq-vhost",
    read: async ({ clusters }, cluster, lookup) =>
      (await import("./rabbitmq-live.ts")).readRabbitmq(clusters.rabbitmq.get(cluster)!, lookup),
  },
  kafka: {
    kind: "kafka-topic",
    read: async ({ clusters }, name, lookup, withAccess) => {
      const cluster = clusters.kafka.get(name)!;
      const { readKafka } = await import("./kafka-live.ts");
      return readKafka(cluster, lookup, withAccess || cluster.access === "managed");
    },
  },
  redis: {
    kind: "redis-server",
    read: async ({ clusters }, cluster, lookup) =>
      (await import("./redis-live.ts")).readRedis(clusters.redis.get(cluster)!, lookup),
  },
  kubernetes: {
    kind: "kubernetes-object",
    read: async ({ clusters }, cluster) =>
      (await import("./kubernetes-live.ts")).readKubernetes(clusters.kubernetes.get(cluster)!),
  },
};

/**
 * Reads every cluster of an environment, or the one of this name; those that can't be read from here are named in a note.
 * Each is asked first who it is: what is on the wrong one would be taken for the truth. Throws BrokerError when one can't be
 * reached or is another one than the stack file says, UsageError when there is none to read. `withAccess` asks a Kafka for users,
 * ACLs and quotas also where the files don't manage them.
 */
export async function readLive(
  environment: Environment,
  only: string | undefined,
  lookup: SecretLookup,
  withAccess: boolean,
): Promise<Found> {
  const all = (Object.keys(brokerNames) as Broker[]).flatMap((broker) =>
    [...environment.clusters[broker].values()]
      .filter(({ name }) => only === undefined || name === only)
      .map(({ name, reach }) => ({
        broker,
        name,
        source: reach === "none" ? undefined : liveSources[broker],
      })),
  );
  const wanted = all.flatMap(({ broker, name, source }) => (source ? [{ broker, name, source }] : []));
  const { path } = environment.source;
  if (wanted.length === 0)
    throw new UsageError(
      `${path} names no cluster${only === undefined ? "" : ` "${only}"`} that can be read from here. Of a sandbox, start it first: queueform sandbox up --env ${environment.name}`,
    );
  const objects = wanted.map(({ broker, name, source: { kind } }) => ({
    kind,
    key: keyOf(broker, name),
    cluster: name,
    spec: {},
    dependsOn: [],
  }));
  const targets = await checkTargets(environment, { objects }, lookup);
  const problem = targets.find((target) => target.problem !== undefined)?.problem;
  if (problem !== undefined) throw new BrokerError(problem);
  const notes = all.flatMap(({ broker, name, source }): Note[] =>
    source
      ? []
      : [
          {
            place: path,
            about: "",
            text: `The ${brokerNames[broker]} cluster "${name}" was not read: it can't be from here.`,
          },
        ],
  );
  const found = await Promise.all(
    wanted.map(({ name, source }) => source.read(environment, name, lookup, withAccess)),
  );
  const read = new Set(wanted.filter(({ broker }) => broker === "redis").map(({ name }) => name));
  return withDeployments(together([...found, { objects: [], notes, versions: new Map() }]), read);
}
