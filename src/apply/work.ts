import { lives } from "../kinds/lives.generated.ts";
import { compare } from "../live/compare.ts";
import type { Observation } from "../live/observe.ts";
import type { Superseded } from "../live/superseded.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { isOwned, type Scope } from "../plan/scope.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import { guardPolicies } from "./policy-guard.ts";
import type { Refusal } from "./result.ts";

/** What has to be sent to make the brokers look like the plan, and what stands against it. */
export interface Work {
  readonly changes: readonly Change[];
  readonly refused: readonly Refusal[];
  /** Keys in `allow` that nothing needed. */
  readonly unused: readonly string[];
  readonly unmanaged: readonly PlanObject[];
}

/**
 * `named` are the keys that a person allowed: they may be deleted, replaced, or change what others own. `prune` allows
 * the deletion of all that nobody declares inside the `owns:` scopes of the plan.
 */
export function workFor(
  plan: Plan,
  observation: Observation,
  named: ReadonlySet<string>,
  prune: boolean,
): Work {
  const { changed, missing, superseded, unmanaged } = compare(plan, observation);
  const pruned = prune ? unmanaged.filter((object) => isPrunable(object, plan.owns ?? [])) : [];
  const allow = new Set([...named, ...pruned.map(({ key }) => key)]);
  const isAllowed = ({ key }: { readonly key: string }): boolean => allow.has(key);
  const replaced = changed.filter(({ effect }) => effect === "replaces");
  const deleted = unmanaged.filter(isAllowed);
  const dropped = changesBetween([...deleted, ...superseded.map(({ object }) => object)], []);
  const held = superseded
    .map(({ object, holdouts }) => ({ object, holdouts: holdouts.filter((queue) => !isAllowed(queue)) }))
    .filter(({ holdouts }) => holdouts.length > 0);
  const changes = [
    ...changed,
    ...changesBetween([], [...missing, ...alongside(plan, replaced, changed)]),
    ...dropped,
  ];
  const guarded = guardPolicies(plan, observation.objects, changes);
  const refused = [...replaced.map(replacement), ...unite(held.map(holdout), guarded)];
  const needed = new Set([...refused.map(({ key }) => key), ...deleted.map(({ key }) => key)]);
  return {
    changes,
    refused: refused.filter((refusal) => !isAllowed(refusal)),
    unused: [...named].filter((key) => !needed.has(key)),
    unmanaged: unmanaged.filter((object) => !isAllowed(object)),
  };
}

/** Who may log in and what for is taken away only by name: `owns:` speaks of what holds and routes messages. */
const isPrunable = (object: PlanObject, scopes: readonly Scope[]): boolean =>
  lives[object.kind]?.scope !== "access" && isOwned(object, scopes);

/** What the broker deletes together with something that is replaced, and that must be made again with it. */
function alongside(plan: Plan, replaced: readonly Change[], changed: readonly Change[]): PlanObject[] {
  const gone = new Set(replaced.map(({ key }) => key));
  const handled = new Set(changed.map(({ key }) => key));
  return plan.objects.filter(({ kind, key, dependsOn }) => {
    const facet = lives[kind];
    return (
      facet?.broker === "rabbitmq" &&
      facet.goesWithDependencies &&
      !handled.has(key) &&
      dependsOn.some((needed) => gone.has(needed))
    );
  });
}

const replacement = ({ key, sentence }: Change): Refusal => ({ key, option: "--replace", sentence });

function holdout({ object, holdouts }: Superseded): Refusal {
  const names = holdouts.map(({ spec }) => `"${String(spec["name"])}"`);
  return {
    key: object.key,
    option: "--allow",
    sentence: `This policy of an earlier plan still sets limits for ${names.length === 1 ? "queue" : "queues"} ${names.join(", ")}, which nobody declares any more, and would be deleted. Declare ${names.length === 1 ? "the queue" : "them"} again, or name what may be deleted: ${holdouts.map(({ key }) => `--delete ${key}`).join(" ")}.`,
  };
}

/** One refusal a key: the first says more. */
function unite(first: readonly Refusal[], second: readonly Refusal[]): Refusal[] {
  const known = new Set(first.map(({ key }) => key));
  return [...first, ...second.filter(({ key }) => !known.has(key))];
}
