import { kinds } from "../kinds/definitions.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import { titleOf } from "./called.ts";
import { type Change, rank } from "./changes.ts";
import { dependentsIn } from "./dependents.ts";
import { isGenerated } from "./settings.ts";

/**
 * Adds the changes that nobody wrote: bindings of a queue or exchange that is deleted or made anew, all that is in a
 * deleted vhost or namespace, the rights of a deleted user. Pulumi makes bindings of what it replaces anew as well; what a
 * broker deletes with a vhost, Pulumi doesn't notice before its next refresh.
 */
export function withCascades(
  changes: readonly Change[],
  before: readonly PlanObject[],
  after: readonly PlanObject[],
): Change[] {
  const result = new Map(changes.map((change) => [change.key, change]));
  const declared = new Map(after.map((object) => [object.key, object]));
  const dependents = dependentsIn(before.filter((object) => !isGenerated(object)));
  const takeAlong = (cause: Change): void => {
    for (const object of dependents.get(cause.key) ?? []) {
      const known = result.get(object.key);
      // Deleted with it for good counts for more than made anew with something else.
      if (known?.takenAlongBy !== undefined && (cause.effect !== "deletes" || known.effect === "deletes"))
        continue;
      // Whoever takes a binding away from a queue that is made anew has written that.
      if (cause.effect === "replaces" && known?.effect === "deletes") continue;
      if (!cause.before || !kinds[cause.kind]?.takesAlong?.(cause.before.spec, object.kind)) continue;
      const taken = takenAlong(object, declared.get(object.key), cause, known);
      result.set(object.key, taken);
      takeAlong(taken);
    }
  };
  for (const effect of ["deletes", "replaces"] as const)
    for (const change of changes) if (change.effect === effect) takeAlong(change);
  return [...result.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function takenAlong(
  before: PlanObject,
  after: PlanObject | undefined,
  cause: Change,
  known: Change | undefined,
): Change {
  const takenAlongBy = cause.key;
  if (known && !after) return { ...known, takenAlongBy };
  const lost = kinds[before.kind]!.impact.removed(before.spec);
  const title = titleOf(cause);
  const isWorse = known !== undefined && rank(known.impact) < rank(lost.impact);
  return {
    key: before.key,
    kind: before.kind,
    operation: "change",
    effect: cause.effect,
    impact: isWorse ? known.impact : lost.impact,
    sentence: isWorse
      ? known.sentence
      : cause.effect === "deletes"
        ? `It is deleted along with ${title}, though the files still declare it.`
        : `It goes along with ${title} and is made anew after it. In between: ${lost.sentence}`,
    fields: known?.fields ?? [],
    before,
    ...(after && { after }),
    takenAlongBy,
  };
}
