import { lives } from "../kinds/lives.generated.ts";
import { compare } from "../live/compare.ts";
import type { Observation } from "../live/observe.ts";
import type { Superseded } from "../live/superseded.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { isOwned, type Scope } from "../plan/scope.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import { alongside } from "./alongside.ts";
import { lettingGo } from "./messages.ts";
import { guardPolicies } from "./policy-guard.ts";
import type { Refusal } from "./result.ts";

/** What has to be sent to make the brokers look like the plan, and what stands against it. */
export interface Work {
  readonly changes: readonly Change[];
  readonly refused: readonly Refusal[];
  /** Queues that may hold dead letters which the changes would delete: only the broker knows. */
  readonly lettingGo: readonly PlanObject[];
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
  const first = [...changed, ...changesBetween([], missing), ...dropped];
  const changes = [...first, ...changesBetween([], alongside(plan, observation.objects, first))];
  const letting = lettingGo(observation.objects, changes);
  const guarded = guardPolicies(plan, observation.objects, changes);
  const refused = [...replaced.map(replacement), ...unite(held.map(holdout), guarded)];
  const needed = new Set([...refused, ...deleted, ...letting].map(({ key }) => key));
  return {
    changes,
    refused: refused.filter((refusal) => !isAllowed(refusal)),
    lettingGo: letting.filter((queue) => !isAllowed(queue)),
    unused: [...named].filter((key) => !needed.has(key)),
    unmanaged: unmanaged.filter((object) => !isAllowed(object)),
  };
}

/** Who may log in and what for is taken away only by name: `owns:` speaks of what holds and routes messages. */
const isPrunable = (object: PlanObject, scopes: readonly Scope[]): boolean =>
  lives[object.kind]?.scope !== "access" && isOwned(object, scopes);

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
