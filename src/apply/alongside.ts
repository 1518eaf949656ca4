import { exchangeKey, queueKey } from "../kinds/key.ts";
import { lives } from "../kinds/lives.generated.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";

/**
 * What the broker deletes together with something that is replaced, and that must be made again with it: what the files
 * declare, and bindings that they don't, which belong to somebody else or to an earlier plan, whose retries still come
 * back through them. `changes` is all else that is done.
 */
export function alongside(
  plan: Plan,
  observed: readonly PlanObject[],
  changes: readonly Change[],
): PlanObject[] {
  const gone = new Set(changes.filter(({ effect }) => effect === "replaces").map(({ key }) => key));
  if (gone.size === 0) return [];
  const handled = new Set(changes.map(({ key }) => key));
  const declared = plan.objects.filter(({ kind, dependsOn }) => {
    const facet = lives[kind];
    return (
      facet?.broker === "rabbitmq" &&
      facet.goesWithDependencies &&
      dependsOn.some((needed) => gone.has(needed))
    );
  });
  const known = new Set(plan.objects.map(({ key }) => key));
  const removed = new Set(changes.filter(({ operation }) => operation === "remove").map(({ key }) => key));
  const others = observed.filter((object) => {
    const ends = endsOf(object);
    return (
      !known.has(object.key) && ends.some((key) => gone.has(key)) && !ends.some((key) => removed.has(key))
    );
  });
  return [...declared, ...others].filter(({ key }) => !handled.has(key));
}

/** What a binding goes from and to; nothing for other kinds. */
function endsOf({ kind, cluster, spec }: PlanObject): string[] {
  if (kind !== "rabbitmq-binding") return [];
  const { vhost, source, destination, destinationType } = spec as BindingSpec;
  const keyOf = destinationType === "queue" ? queueKey : exchangeKey;
  return [exchangeKey(cluster, vhost, source), keyOf(cluster, vhost, destination)];
}
