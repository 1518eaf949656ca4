import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { Plan } from "../plan/plan.ts";
import { withClusters } from "./clusters.ts";
import type { Ailment } from "./connection.ts";
import { type Drift, drift } from "./drift.ts";
import { ailmentsOf, emptyClusters } from "./health.ts";
import { readAll, wasRead } from "./observe.ts";
import { canBeSaid } from "./outcome.ts";
import { probeAll, type Target } from "./targets.ts";

export interface Inspection {
  readonly targets: readonly Target[];
  /** Of the clusters that are reachable and the right ones. */
  readonly drift: Drift;
  /** What is not well there, drift or not. */
  readonly ailments: readonly Ailment[];
}

/** Asks every cluster who it is, then compares those that are right with the plan. */
export function inspect(plan: Plan, environment: Environment, lookup: SecretLookup): Promise<Inspection> {
  return withClusters(plan, environment, lookup, async (uses) => {
    const targets = await probeAll(uses, environment);
    const checked = uses.map((use, index) => {
      const problem = targets[index]?.problem;
      return problem === undefined ? use : { ...use, connection: undefined, problem };
    });
    const observation = await readAll(checked);
    // What did not answer just now would only be waited for once more.
    const answering = checked.filter((_use, index) => {
      const cluster = observation.clusters[index];
      return cluster && wasRead(cluster);
    });
    const ailments = await ailmentsOf(answering);
    const all = drift(plan, observation);
    const found = environment.engine === "pulumi" ? { ...all, changed: all.changed.filter(canBeSaid) } : all;
    return { targets, drift: found, ailments: [...ailments, ...emptyClusters(found)] };
  });
}
