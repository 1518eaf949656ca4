import { exchangeKey, queueKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { listedNames } from "../kinds/rabbitmq-policy/matching.ts";
import { generatedPolicyPrefix } from "../patterns/queue-settings.ts";
import type { PlanObject } from "../plan/plan.ts";
import { hasScope, isOwned, type Scope } from "../plan/scope.ts";

/** Something of an earlier plan that is on a broker and that newer objects have taken the place of. */
export interface Superseded {
  readonly object: PlanObject;
  /** Queues that it still governs though nobody declares them: while there are any, it can't just go. */
  readonly holdouts: readonly PlanObject[];
}

/**
 * What earlier plans left behind and what is ours to delete, as soon as the plan's own objects are there. `scopes` are the
 * names that the files claim, where several projects share a vhost.
 */
export function supersededObjects(
  undeclared: readonly PlanObject[],
  declared: ReadonlyMap<string, PlanObject>,
  scopes: readonly Scope[],
): Superseded[] {
  return [...supersededPolicies(undeclared, declared, scopes), ...supersededBindings(undeclared, declared)];
}

/** Patterns whose exchanges are only there to tell dead letters where to go. */
const wiring = new Set(["dead-letter", "retry"]);

/** An exchange that a pattern made has that pattern's bindings and no others: one too many would copy dead letters. */
function supersededBindings(
  undeclared: readonly PlanObject[],
  declared: ReadonlyMap<string, PlanObject>,
): Superseded[] {
  return undeclared.flatMap((object) => {
    if (object.kind !== "rabbitmq-binding") return [];
    const { vhost, source } = object.spec as BindingSpec;
    const by = declared.get(exchangeKey(object.cluster, vhost, source))?.addedBy;
    return by !== undefined && wiring.has(by) ? [{ object, holdouts: [] }] : [];
  });
}

/**
 * Finds generated policies of earlier plans. Their names are digests of what they say, so a change of settings makes new
 * ones and leaves the old ones behind, which are ours to delete as soon as the queues they list have the new ones.
 */
function supersededPolicies(
  undeclared: readonly PlanObject[],
  declared: ReadonlyMap<string, PlanObject>,
  scopes: readonly Scope[],
): Superseded[] {
  const byKey = new Map(undeclared.map((object) => [object.key, object]));
  return undeclared.flatMap((object) => {
    const names = namesListedBy(object);
    if (!names) return [];
    // Another project's: its queues may just not have been made yet.
    const isOthers = hasScope(object, scopes) && !names.some((name) => isNameOwned(object, name, scopes));
    const keys = names.map((name) => queueKey(object.cluster, (object.spec as PolicySpec).vhost, name));
    if (isOthers && !keys.some((key) => declared.has(key))) return [];
    const holdouts = keys.flatMap((key) => byKey.get(key) ?? []);
    // It governs only what nobody declares any more: leaving both alone changes nothing for anyone.
    if (holdouts.length > 0 && !keys.some((key) => declared.has(key))) return [];
    return [{ object, holdouts }];
  });
}

const isNameOwned = ({ key }: PlanObject, name: string, scopes: readonly Scope[]): boolean =>
  isOwned({ key, spec: { name } }, scopes);

function namesListedBy({ kind, spec }: PlanObject): string[] | undefined {
  if (kind !== "rabbitmq-policy") return undefined;
  const { name, pattern } = spec as PolicySpec;
  // A name of ours on something that we would never write is somebody else's policy.
  const digested =
    name.startsWith(generatedPolicyPrefix) && /^[0-9a-f]{8}$/.test(name.slice(generatedPolicyPrefix.length));
  return digested ? listedNames(pattern) : undefined;
}
