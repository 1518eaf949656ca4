import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { observe } from "../live/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { type Approval, isExpired } from "../review/approvals-file.ts";
import { protectedSpec } from "../review/approvals.ts";
import { cascadeIn } from "../review/cascade.ts";
import type { Loss } from "../review/fingerprint.ts";
import { judge } from "../review/judgement.ts";

export interface Replacements {
  /** Keys of the objects that Pulumi may replace now. */
  readonly allowed: ReadonlySet<string>;
  /** Approvals that don't fit what would happen: done already, or another change. */
  readonly unused: readonly Approval[];
}

/**
 * Which approved replacements are still to be done. The program knows only what is to be, not what Pulumi remembers, so it
 * asks the broker for the other half: the object as it lives, what is bound to it, and the plan must together give the
 * approved fingerprint. Were the approval enough, a bigger change would pass under its name; and once the replacement is
 * done the object has to be protected again, though the approval is still in the file. A cluster that can't be read
 * allows nothing.
 */
export async function approvedReplacements(
  plan: Plan,
  environment: Environment,
  approvals: readonly Approval[],
  lookup: SecretLookup,
  now: Date,
): Promise<Replacements> {
  const wanted = approvals.filter(
    (approval) =>
      approval.environment === environment.name &&
      approval.operation === "replace" &&
      !isExpired(approval, now),
  );
  if (wanted.length === 0) return { allowed: new Set(), unused: [] };
  const cascade = cascadeIn(plan.objects);
  const keys = new Set(wanted.flatMap(({ object }) => [object, ...cascade(object)]));
  const part = plan.objects.filter(({ key }) => keys.has(key));
  const { objects } = await observe({ ...plan, objects: part }, environment, lookup);
  const living = new Map(objects.map((object) => [object.key, object]));
  const losses = part.flatMap(({ key, kind, spec }): Loss[] => {
    const before = protectedSpec(kind, living.get(key)?.spec);
    const after = protectedSpec(kind, spec);
    const taken = new Set([...cascade(key)].filter((along) => living.has(along)));
    return before && after ? [{ operation: "replace", key, kind, before, after, taken }] : [];
  });
  const granted = judge(losses, wanted, now).filter(({ approval, along }) => approval && along === undefined);
  const used = new Set(granted.map(({ approval }) => approval));
  return {
    allowed: new Set(granted.map(({ loss }) => loss.key)),
    unused: wanted.filter((approval) => !used.has(approval)),
  };
}
