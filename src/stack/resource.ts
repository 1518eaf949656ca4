import { kinds } from "../kinds/definitions.generated.ts";
import { states } from "../kinds/states.generated.ts";
import { protectedSpec } from "../review/approvals.ts";
import { isObject, type JsonObject } from "../topology/json.ts";

/** A resource as Pulumi writes it into states and previews. */
export interface StackResource {
  readonly urn: string;
  /** Such as rabbitmq:index/queue:Queue. */
  readonly type: string;
  /** Its logical name, which is the key of the object. */
  readonly key: string;
  readonly stack: string;
  readonly isProtected: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What its provider has read of it; empty for what is to be. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** URNs of the resources whose outputs are among its inputs: it goes with them. */
  readonly goesWith: readonly string[];
}

/** undefined for anything else. */
export function readResource(value: unknown): StackResource | undefined {
  if (!isObject(value) || typeof value["urn"] !== "string") return undefined;
  const { urn, inputs, outputs, protect, propertyDependencies } = value;
  const [scheme = "", project, types, ...name] = urn.split("::");
  if (project === undefined || types === undefined || name.length === 0) return undefined;
  const wired = isObject(propertyDependencies) ? Object.values(propertyDependencies).flat() : [];
  return {
    urn,
    type: types.slice(types.lastIndexOf("$") + 1),
    key: name.join("::"),
    stack: scheme.replace(/^urn:pulumi:/, ""),
    isProtected: protect === true,
    inputs: isObject(inputs) ? inputs : {},
    outputs: isObject(outputs) ? outputs : {},
    goesWith: wired.filter((needed) => typeof needed === "string"),
  };
}

/** What approvals know of a resource. `kind` is "" for what Pulumi never protects. */
export function objectOf({ type, inputs, outputs }: StackResource): { kind: string; spec?: JsonObject } {
  const found = Object.entries(states).find(([, { isType }]) => isType(type));
  if (!found) return { kind: "" };
  const [kind, { specOf }] = found;
  const spec = protectedSpec(kind, specOf(inputs, outputs));
  return { kind, ...(spec && { spec }) };
}

/** What its loss does to messages, in one sentence. */
export function lossSentence(kind: string, before: JsonObject | undefined): string {
  return before && kinds[kind]
    ? kinds[kind].impact.removed(before).sentence
    : "Nothing in it is lost, but what it does is not done any more, or not for a while.";
}
