import type { Plan, PlanObject } from "../plan/plan.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import { compare } from "./compare.ts";
import type { Unchecked } from "./connection.ts";
import type { ClusterState, Observation } from "./observe.ts";
import { withShadows } from "./shadows.ts";

/** How the brokers differ from the files. */
export interface Drift {
  /**
   * What has to change there: `before` is the broker, `after` the file. Also what newer objects have taken the place of,
   * and queues and exchanges that a policy of nobody's sets otherwise.
   */
  readonly changed: readonly Change[];
  readonly missing: readonly PlanObject[];
  /** Declared by nobody; reported, never touched. */
  readonly unmanaged: readonly PlanObject[];
  readonly unchecked: readonly Unchecked[];
  readonly clusters: readonly ClusterState[];
}

export function drift(plan: Plan, observation: Observation): Drift {
  const { onBoth, changed, missing, superseded, unmanaged } = compare(plan, observation);
  const obsolete = superseded.map(({ object }) => object);
  const shadowed = withShadows(changed, onBoth, {
    observed: observation.objects,
    operator: observation.operatorPolicies,
    known: new Set([...plan.objects, ...obsolete].map(({ key }) => key)),
  });
  return {
    changed: [...shadowed, ...changesBetween(obsolete, [])],
    missing,
    unmanaged,
    unchecked: observation.unchecked,
    clusters: observation.clusters,
  };
}
