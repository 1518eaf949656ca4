import type { PlanObject } from "../plan/plan.ts";

/** By key, the objects that depend on it. */
export function dependentsIn(objects: readonly PlanObject[]): Map<string, PlanObject[]> {
  const found = new Map<string, PlanObject[]>();
  for (const object of objects) {
    for (const key of object.dependsOn) {
      const known = found.get(key);
      if (known) known.push(object);
      else found.set(key, [object]);
    }
  }
  return found;
}
