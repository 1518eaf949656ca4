import { brokerNames, type Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { Broker } from "../kinds/kind.ts";
import type { Plan } from "../plan/plan.ts";
import { BrokerError } from "../brokers/error.ts";
import { type ClusterUse, withClusters } from "./clusters.ts";
import type { Connection, Identity } from "./connection.ts";

/** One cluster that a plan uses, as far as it could be asked. */
export interface Target {
  readonly broker: Broker;
  readonly cluster: string;
  readonly identity?: string;
  readonly version?: string;
  /** Why nothing may be done there: what is wrong, why it matters, what to do. */
  readonly problem?: string;
  /** Why it was not asked, on purpose: `reach: none`. */
  readonly skipped?: string;
}

/** Milliseconds that a cluster may take to say who it is, unless somebody said otherwise. */
const usualPatience = 8000;
/** Milliseconds after which a client that found no words for its own impatience is given up. */
const grace = 1000;

/**
 * Asks every cluster of the plan, all at once, whether it can be reached, accepts the login and is the one that the
 * stack file means. Never throws for a cluster: what is wrong is its `problem`. Takes at most ten seconds, or the
 * cluster's timeout and one.
 */
export function checkTargets(environment: Environment, plan: Plan, lookup: SecretLookup): Promise<Target[]> {
  return withClusters(plan, environment, lookup, (uses) => probeAll(uses, environment));
}

export function probeAll(uses: readonly ClusterUse[], environment: Environment): Promise<Target[]> {
  return Promise.all(
    uses.map(async ({ broker, cluster, connection, problem, skipped }): Promise<Target> => {
      const base = { broker, cluster };
      const timeout = environment.clusters[broker].get(cluster)?.timeout;
      if (!connection)
        return {
          ...base,
          ...(problem !== undefined && { problem }),
          ...(skipped !== undefined && { skipped }),
        };
      try {
        const { identity, version } = await askInTime(connection, (timeout ?? usualPatience) + grace);
        const mismatch = identityProblem(environment, broker, cluster, identity);
        return {
          ...base,
          ...(identity !== "" && { identity }),
          version,
          ...(mismatch !== undefined && { problem: mismatch }),
        };
      } catch (error) {
        if (error instanceof BrokerError) return { ...base, problem: error.message };
        throw error;
      }
    }),
  );
}

async function askInTime(connection: Connection, patience: number): Promise<Identity> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${brokerNames[connection.broker]} did not say who it is within ${patience / 1000} seconds. Check that it is well, and that nothing in between swallows the connection.`;
    timer = setTimeout(() => reject(new BrokerError(message)), patience);
  });
  try {
    return await Promise.race([connection.probe(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Redis has nothing to be told apart by: its identity is "". */
function identityProblem(
  { clusters, engine, source }: Environment,
  broker: Broker,
  cluster: string,
  found: string,
): string | undefined {
  const expected = clusters[broker].get(cluster)?.identity;
  const name = `${brokerNames[broker]} cluster "${cluster}"`;
  if (expected !== undefined && expected !== found) {
    return `This is "${found}", but ${source.path} expects "${expected}". On the wrong cluster everything would look deleted, and would be made a second time beside other people's objects. Correct the endpoint of ${name}; only if the cluster was really replaced, write identity: ${found} instead.`;
  }
  if (expected === undefined && found !== "" && engine === "pulumi") {
    return `${source.path} doesn't say which ${brokerNames[broker]} cluster it means. If its endpoint ever leads elsewhere, Pulumi takes everything for deleted. Add "identity: ${found}" to ${name} there, if that is the right one.`;
  }
  return undefined;
}
