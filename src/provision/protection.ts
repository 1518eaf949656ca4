import { kinds } from "../kinds/definitions.generated.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * The keys of the objects that Pulumi must refuse to delete or replace: what holds or routes messages, except what
 * somebody has approved to be replaced now.
 */
export function protectedKeys(plan: Plan, replaceable: ReadonlySet<string>): Set<string> {
  return new Set(
    plan.objects
      .filter(({ kind, key, spec }) => kinds[kind]?.protects(spec) === true && !replaceable.has(key))
      .map(({ key }) => key),
  );
}
