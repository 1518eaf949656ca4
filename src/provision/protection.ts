import { RunError } from "@pulumi/pulumi";
import { kinds } from "../kinds/definitions.generated.ts";
import type { Plan } from "../plan/plan.ts";
import { globMatches } from "../topology/glob.ts";

/**
 * The keys of the objects that Pulumi must refuse to delete or replace: what holds or routes messages, except what
 * `unprotected` names, where * stands for any part of a key. Throws RunError for an entry that matches nothing.
 */
export function protectedKeys(plan: Plan, unprotected: readonly string[]): Set<string> {
  const unused = unprotected.filter((entry) => !plan.objects.some(({ key }) => globMatches(entry, key)));
  if (unused.length > 0) {
    const named = unused.map((entry) => `"${entry}"`).join(", ");
    throw new RunError(
      `The stack file's "unprotected" names ${named}, which matches no object of this environment. ` +
        "A misspelt entry releases nothing, and a stale one would release the next object of that name. " +
        "Write a key as `queueform plan` shows it, or remove the entry.",
    );
  }
  const isProtected = ({ kind, key, spec }: Plan["objects"][number]): boolean =>
    kinds[kind]?.protects(spec) === true && !unprotected.some((entry) => globMatches(entry, key));
  return new Set(plan.objects.filter(isProtected).map(({ key }) => key));
}
