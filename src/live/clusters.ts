import { brokerNames, type Environment } from "../environment/environment.ts";
import { resolveSecrets, type SecretLookup } from "../environment/secrets.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import type { Broker } from "../kinds/kind.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import { BrokerError } from "../brokers/error.ts";
import type { Connection } from "./connection.ts";

/** A cluster that a plan has objects on, with a connection to it, or why there is none. */
export interface ClusterUse {
  readonly broker: Broker;
  readonly cluster: string;
  /** What the plan wants there. */
  readonly desired: readonly PlanObject[];
  readonly connection?: Connection;
  /** Why the cluster can't be asked: something to mend. */
  readonly problem?: string;
  /** Why it isn't asked, on purpose. */
  readonly skipped?: string;
}

/** Tells the clusters of a plan apart: names are unique per broker only. */
export const placeOf = ({ kind, cluster }: Pick<PlanObject, "kind" | "cluster">): string =>
  JSON.stringify([kinds[kind]?.broker, cluster]);

/** Connects lazily to every cluster of a plan, and closes all connections when `work` is done. */
export async function withClusters<T>(
  plan: Plan,
  environment: Environment,
  lookup: SecretLookup,
  work: (uses: readonly ClusterUse[]) => Promise<T>,
): Promise<T> {
  const groups = Map.groupBy(plan.objects, placeOf);
  for (const id of groups.keys()) checkSecrets(id, environment, lookup);
  const uses = await Promise.all([...groups].map(([id, desired]) => use(id, desired, environment, lookup)));
  try {
    return await work(uses);
  } finally {
    await Promise.all(uses.map(({ connection }) => connection?.close()));
  }
}

/** A login that nobody set is wrong usage, and is said before anything is connected. Throws UsageError. */
function checkSecrets(id: string, { clusters }: Environment, lookup: SecretLookup): void {
  const [broker, cluster] = JSON.parse(id) as [Broker, string];
  const found = clusters[broker].get(cluster);
  if (found?.reach !== "none") resolveSecrets(found, lookup);
}

async function use(
  id: string,
  desired: readonly PlanObject[],
  environment: Environment,
  lookup: SecretLookup,
): Promise<ClusterUse> {
  const [broker, cluster] = JSON.parse(id) as [Broker, string];
  const found = environment.clusters[broker].get(cluster);
  const base = { broker, cluster, desired };
  if (!found) {
    return {
      ...base,
      problem: `${environment.source.path} doesn't say where it is. Add it there under clusters, ${broker}: "${cluster}: { ${examples[broker]} }".`,
    };
  }
  if (found.reach === "none") {
    const { source, start, end } = found.mark;
    return source.text.slice(start, end).includes("${sandbox:")
      ? {
          ...base,
          problem: `It is the sandbox's, which doesn't run. Start it: queueform sandbox up --env ${environment.name}`,
        }
      : {
          ...base,
          skipped: `${environment.source.path} says that ${brokerNames[broker]} can't be reached from here (reach: none).`,
        };
  }
  try {
    return { ...base, connection: await connect[broker](environment, cluster, lookup) };
  } catch (error) {
    if (error instanceof UsageError || error instanceof BrokerError)
      return { ...base, problem: error.message };
    throw error;
  }
}

const examples: Record<Broker, string> = {
  rabbitmq: "endpoint: https://host:15671, username: queueform, password: ${secret:RABBITMQ_PASSWORD}",
  kafka: "bootstrap: [host:9093]",
  kubernetes: "context: name-of-the-context",
  redis: "endpoint: rediss://host:6379",
};

// Each client is loaded only when the plan has objects for it: they are what takes longest to start.
const connect: Record<
  Broker,
  (environment: Environment, cluster: string, lookup: SecretLookup) => Promise<Connection>
> = {
  rabbitmq: async ({ clusters }, cluster, lookup) =>
    (await import("./rabbitmq.ts")).connectRabbitmq(clusters.rabbitmq.get(cluster)!, lookup),
  kafka: async ({ clusters }, cluster, lookup) =>
    (await import("./kafka.ts")).connectKafka(clusters.kafka.get(cluster)!, lookup),
  kubernetes: async ({ clusters }, cluster, lookup) =>
    (await import("./kubernetes.ts")).connectKubernetes(clusters.kubernetes.get(cluster)!, lookup),
  redis: async ({ clusters }, cluster, lookup) =>
    (await import("./redis.ts")).connectRedis(clusters.redis.get(cluster)!, lookup),
};
