import type { PlanObject } from "../plan/plan.ts";

/**
 * Every object after those that it depends on. Exchanges may be each other's alternate; of such a circle one edge is
 * ignored, since the broker takes the name of an alternate that isn't there yet.
 */
export function inDependencyOrder(objects: readonly PlanObject[]): PlanObject[] {
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const visited = new Set<PlanObject>();
  const ordered: PlanObject[] = [];
  const visit = (object: PlanObject): void => {
    if (visited.has(object)) return;
    visited.add(object);
    for (const key of object.dependsOn) {
      const dependency = byKey.get(key);
      if (dependency) visit(dependency);
    }
    ordered.push(object);
  };
  objects.forEach(visit);
  return ordered;
}
