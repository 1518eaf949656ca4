import type { JsonObject } from "../topology/json.ts";
import type { Declaration, Declared, TopologyFile } from "../topology/file.ts";
import type { Mark } from "../topology/mark.ts";

export type Broker = "rabbitmq" | "kafka" | "kubernetes" | "redis";

/** A JSON Schema fragment and the place in a topology file where people write this kind by name. */
export interface Section {
  /** For example ["rabbitmq", "queues"]: a block of names whose values have `schema`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly schema: JsonObject;
}

/** Another object that a declaration names. */
export interface Reference {
  readonly key: string;
  /** As people say it: `exchange "orders"`. */
  readonly noun: string;
  readonly name: string;
  readonly mark: Mark;
  /** False for what may live outside the files, such as a vhost that somebody else made. */
  readonly mustExist: boolean;
}

/** What a change does to messages and to those who send and receive them, worst first. */
export const impactLevels = [
  "message-loss",
  "outage",
  "ordering",
  "durability",
  "disruption",
  "safe",
  "documentation",
] as const;
export type ImpactLevel = (typeof impactLevels)[number];

export interface Consequence {
  readonly impact: ImpactLevel;
  /** One sentence for a reviewer. */
  readonly sentence: string;
}

export interface FieldConsequence extends Consequence {
  /** Whether the broker can change the field of a living object, or only a new object can have it. */
  readonly effect: "in-place" | "replaces";
}

/** What each change of an object of this kind does. `field` is a dotted path into the spec. */
export interface Impact<Spec> {
  /** `before` is what there was of this kind in the same cluster. */
  added(spec: Spec, before: readonly Spec[]): Consequence;
  removed(spec: Spec): Consequence;
  changed(field: string, before: Spec, after: Spec): FieldConsequence;
  /** What a change does of who consumes the object; absent, or undefined, where nothing but documents follows it. */
  operations?(field: string, before: JsonObject, after: JsonObject): FieldConsequence | undefined;
}

/**
 * One kind of broker object, as far as texts and plans go. The other facets live beside it, loaded only when needed:
 * resource.ts (Pulumi), live.ts (reading and writing the broker).
 *
 * Methods, not function properties: a registry of kinds with different values needs their parameters bivariant.
 */
export interface Kind<Value = unknown, Spec extends JsonObject = JsonObject> {
  /** Also the name of the kind's folder. */
  readonly id: string;
  readonly broker: Broker;
  /** As people say it: "queue". */
  readonly noun: string;
  /** Absent for kinds that people never write by name (bindings, Kubernetes objects). */
  readonly section?: Section;
  declare(file: TopologyFile): Declared<Value>[];
  /** Canonical spec: what the broker would report back, every default that matters written out. */
  compile(declaration: Declaration<Value>): Spec;
  references(declaration: Declaration<Value>): Reference[];
  /** Dotted paths of the words in the file that can have set a field of the spec, where they are not called the same. */
  words?(field: string): readonly string[];
  /** True for what holds or routes messages: Pulumi then refuses to delete or replace it. */
  protects(spec: Spec): boolean;
  /** Whether the broker deletes, together with this object, one of kind `dependent` that depends on it. Never when absent. */
  takesAlong?(spec: Spec, dependent: string): boolean;
  readonly impact: Impact<Spec>;
}
