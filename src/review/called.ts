import { kinds } from "../kinds/definitions.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import { isObject } from "../topology/json.ts";
import type { Change } from "./changes.ts";

/** The name that people gave an object; undefined for what has none, such as bindings. */
export function nameOf({ spec }: Pick<PlanObject, "spec">): string | undefined {
  const metadata = isObject(spec["metadata"]) ? spec["metadata"] : {};
  const name = spec["name"] ?? spec["queue"] ?? metadata["name"];
  return typeof name === "string" ? name : undefined;
}

/** As people say it: `queue "orders.fulfil"`. */
export function titleOf({ key, kind, before, after }: Change): string {
  const object = after ?? before;
  const type = object?.spec["kind"];
  return `${typeof type === "string" ? type : (kinds[kind]?.noun ?? kind)} "${(object && nameOf(object)) ?? key}"`;
}
