import type { Plan, PlanObject } from "../plan/plan.ts";
import { hasScope, isOwned, type Scope } from "../plan/scope.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import { placeOf } from "./clusters.ts";
import { type Observation, wasRead } from "./observe.ts";
import { type Superseded, supersededObjects } from "./superseded.ts";

/** A plan beside what is on the brokers, as far as they could be read. */
export interface Comparison {
  /** On the broker and in the files, alike or not. */
  readonly onBoth: readonly { readonly before: PlanObject; readonly after: PlanObject }[];
  /** On both sides, and different: `before` is the broker, `after` the file. */
  readonly changed: readonly Change[];
  readonly missing: readonly PlanObject[];
  readonly superseded: readonly Superseded[];
  /** On the broker, declared by nobody, and not other people's (`owns:`); sorted by key. */
  readonly unmanaged: readonly PlanObject[];
}

/** By the files (`owns:`), or for users and rights by the names that the stack file gives to applications. */
const isClaimed = (object: PlanObject, scopes: readonly Scope[]): boolean =>
  object.addedBy !== undefined || isOwned(object, scopes);

export function compare(plan: Plan, { objects, unchecked, clusters }: Observation): Comparison {
  const read = new Set(
    clusters.filter(wasRead).map(({ broker, cluster }) => JSON.stringify([broker, cluster])),
  );
  const unknown = new Set(unchecked.map(({ key }) => key));
  const declared = new Map(plan.objects.map((object) => [object.key, object]));
  const found = new Map(objects.map((object) => [object.key, object]));
  const comparable = plan.objects.filter((object) => read.has(placeOf(object)) && !unknown.has(object.key));
  const onBoth = comparable.flatMap((after) => {
    const before = found.get(after.key);
    return before ? [{ before, after }] : [];
  });
  const undeclared = objects.filter(({ key }) => !declared.has(key));
  const scopes = plan.owns ?? [];
  const superseded = supersededObjects(undeclared, declared, scopes);
  const ours = new Set(superseded.map(({ object }) => object.key));
  return {
    onBoth,
    changed: changesBetween(
      onBoth.map(({ before }) => before),
      onBoth.map(({ after }) => after),
    ),
    missing: comparable.filter(({ key }) => !found.has(key)),
    superseded,
    unmanaged: undeclared
      .filter((object) => !ours.has(object.key) && (isClaimed(object, scopes) || !hasScope(object, scopes)))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}
