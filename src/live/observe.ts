import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { Broker } from "../kinds/kind.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { BrokerError } from "../brokers/error.ts";
import { type ClusterUse, withClusters } from "./clusters.ts";
import type { OperatorPolicy, Unchecked } from "./connection.ts";

/** How reading one cluster went. */
export interface ClusterState {
  readonly broker: Broker;
  readonly cluster: string;
  /**
   * "partly": the login may not see all of it. "skipped": not asked, on purpose (`reach: none`). "failed": could not be
   * asked.
   */
  readonly state: "read" | "partly" | "skipped" | "failed";
  /** Why it was not read, or not all of it. */
  readonly reason?: string;
  /** How many objects the plan has there. */
  readonly declared: number;
}

/** What is on the brokers of a plan. */
export interface Observation {
  readonly objects: readonly PlanObject[];
  /** Declared objects on clusters that were read, which still could not be compared. */
  readonly unchecked: readonly Unchecked[];
  readonly operatorPolicies: readonly OperatorPolicy[];
  readonly clusters: readonly ClusterState[];
}

/** Reads all clusters of a plan at once. A cluster that can't be read is part of the result; nothing is thrown for it. */
export function observe(plan: Plan, environment: Environment, lookup: SecretLookup): Promise<Observation> {
  return withClusters(plan, environment, lookup, readAll);
}

/** Whether what is on a cluster can be compared, all of it or some. */
export const wasRead = ({ state }: ClusterState): boolean => state === "read" || state === "partly";

export async function readAll(uses: readonly ClusterUse[]): Promise<Observation> {
  const readings = await Promise.all(uses.map(readOne));
  return {
    objects: readings.flatMap(({ objects }) => objects),
    unchecked: readings.flatMap(({ unchecked }) => unchecked),
    operatorPolicies: readings.flatMap(({ operatorPolicies }) => operatorPolicies),
    clusters: readings.flatMap(({ clusters }) => clusters),
  };
}

async function readOne({
  broker,
  cluster,
  desired,
  connection,
  problem,
  skipped,
}: ClusterUse): Promise<Observation> {
  const base = { broker, cluster, declared: desired.length };
  const without = (state: "skipped" | "failed", reason: string): Observation => ({
    objects: [],
    unchecked: [],
    operatorPolicies: [],
    clusters: [{ ...base, state, reason }],
  });
  if (skipped !== undefined) return without("skipped", skipped);
  if (!connection) return without("failed", problem ?? "");
  try {
    const { problems = [], operatorPolicies = [], ...reading } = await connection.read(desired);
    const state: ClusterState =
      problems.length === 0
        ? { ...base, state: "read" }
        : { ...base, state: "partly", reason: [...new Set(problems)].join(" ") };
    return { ...reading, operatorPolicies, clusters: [state] };
  } catch (error) {
    if (error instanceof BrokerError) return without("failed", error.message);
    throw error;
  }
}
