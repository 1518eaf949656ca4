import { lives } from "../kinds/lives.generated.ts";
import type { PlanObject } from "../plan/plan.ts";

/**
 * For a list of objects, which keys go when one of them is deleted, whether they come back or not: bindings of a queue,
 * everything in a vhost. These are the objects that resource.ts gives the other's name as an output, by which Pulumi
 * deletes them first. A mere `dependsOn`, such as on a dead-letter exchange, takes nothing along.
 */
export function cascadeIn(objects: readonly PlanObject[]): (key: string) => Set<string> {
  const kindOf = new Map(objects.map(({ key, kind }) => [key, kind]));
  const goesWith = ({ kind }: PlanObject, on: string): boolean => {
    const facet = lives[kind];
    const withAny = facet !== undefined && "goesWithDependencies" in facet && facet.goesWithDependencies;
    return withAny === true || kindOf.get(on) === "rabbitmq-vhost";
  };
  return closure(
    objects.flatMap((object) =>
      object.dependsOn.filter((on) => goesWith(object, on)).map((on): [string, string] => [on, object.key]),
    ),
  );
}

/** What can be reached from an id over pairs of [from, to]. */
export function closure(pairs: readonly (readonly [string, string])[]): (id: string) => Set<string> {
  const next = Map.groupBy(pairs, ([from]) => from);
  return (id) => {
    const reached = new Set<string>();
    const visit = (from: string): void => {
      for (const [, to] of next.get(from) ?? []) {
        if (reached.has(to)) continue;
        reached.add(to);
        visit(to);
      }
    };
    visit(id);
    return reached;
  };
}
