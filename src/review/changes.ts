import { kinds } from "../kinds/definitions.generated.ts";
import { canonicalJson } from "../kinds/key.ts";
import { type FieldConsequence, type Impact, type ImpactLevel, impactLevels } from "../kinds/kind.ts";
import type { Origin, PlanObject } from "../plan/plan.ts";
import { isObject, type JsonObject } from "../topology/json.ts";

export interface FieldChange extends FieldConsequence {
  /** Dotted path into the spec. */
  readonly field: string;
  /** undefined when the field was not there. */
  readonly before: unknown;
  readonly after: unknown;
  /** What sets it on the broker though nobody declared it: a policy, as people say it. */
  readonly through?: string;
}

/** One object that differs between two plans. */
export interface Change {
  readonly key: string;
  readonly kind: string;
  readonly operation: "add" | "change" | "remove";
  /** "replaces" means deleted and made anew. */
  readonly effect: "creates" | "in-place" | "replaces" | "deletes";
  /** The worst of what it does, and why. */
  readonly impact: ImpactLevel;
  readonly sentence: string;
  readonly fields: readonly FieldChange[];
  readonly before?: PlanObject;
  readonly after?: PlanObject;
  /** Key of the replaced or deleted object that takes this one along, whether or not anybody changed this one. */
  readonly takenAlongBy?: string;
  /** Key of the object that was added instead of this removed one, or the other way round: it looks like a rename. */
  readonly renamed?: string;
  /** How to get there without losing a message, step by step; absent where nobody needs it. */
  readonly wayOut?: readonly Step[];
  /** What is on the broker now, where it was asked. */
  readonly atStake?: AtStake;
  /** Who allowed it to be lost, or what takes it along. */
  readonly approval?: ChangeApproval;
  /** What an approval has to say before Pulumi may do it; absent where none is needed, or there is one. */
  readonly needsApproval?: NeededApproval;
}

/** An entry of topology/approvals.yaml. */
export interface ChangeApproval {
  readonly reason: string;
  /** The last day (UTC) on which it counts, as 2030-01-31. */
  readonly expires: string;
  readonly fingerprint: string;
  readonly origin: Origin;
}

/** What an approval of a change has to say of it. */
export interface NeededApproval {
  readonly operation: "replace" | "delete";
  readonly fingerprint: string;
}

/** One step of a way out, to be merged and rolled out before the next. */
export interface Step {
  /** What to do, in a full sentence that names the objects. */
  readonly text: string;
  /** For a step in the files: what to write, as YAML of a topology file. */
  readonly yaml?: string;
}

/** Numbers as the broker reports them; what doesn't apply to a kind is absent. */
export interface AtStake {
  /** In a queue, ready and unacknowledged; or jobs that wait, are delayed or active. */
  readonly messages?: number;
  readonly consumers?: number;
  /** Of a topic, all replicas. */
  readonly bytes?: number;
  /** Records that a consumer group has not read yet, by group. */
  readonly lag?: Readonly<Record<string, number>>;
}

/** What has to be done to get from one set of objects to the other, sorted by key; [] when nothing differs. */
export function changesBetween(before: Iterable<PlanObject>, after: Iterable<PlanObject>): Change[] {
  const old = new Map([...before].map((object) => [object.key, object]));
  const specs = new Map<string, JsonObject[]>();
  for (const object of old.values()) {
    const known = specs.get(placeOf(object));
    if (known) known.push(object.spec);
    else specs.set(placeOf(object), [object.spec]);
  }
  const changes: Change[] = [];
  for (const object of after) {
    const previous = old.get(object.key);
    old.delete(object.key);
    const change = previous ? changed(previous, object) : added(object, specs.get(placeOf(object)) ?? []);
    if (change) changes.push(change);
  }
  for (const object of old.values()) changes.push(removed(object));
  return changes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const placeOf = ({ kind, cluster }: PlanObject): string => JSON.stringify([kind, cluster]);

function added(after: PlanObject, others: readonly JsonObject[]): Change {
  const { impact, sentence } = kinds[after.kind]!.impact.added(after.spec, others);
  return {
    key: after.key,
    kind: after.kind,
    operation: "add",
    effect: "creates",
    impact,
    sentence,
    fields: [],
    after,
  };
}

function removed(before: PlanObject): Change {
  const { impact, sentence } = kinds[before.kind]!.impact.removed(before.spec);
  return {
    key: before.key,
    kind: before.kind,
    operation: "remove",
    effect: "deletes",
    impact,
    sentence,
    fields: [],
    before,
  };
}

function changed(before: PlanObject, after: PlanObject): Change | undefined {
  const { impact } = kinds[after.kind]!;
  const fields = differences(before.spec, after.spec).map(([field, from, to]): FieldChange => ({
    field,
    before: from,
    after: to,
    ...impact.changed(field, before.spec, after.spec),
  }));
  // What was read from a broker has no origin, and brokers know nothing of operations.
  if (before.origin && after.origin) fields.push(...operationsFields(before, after, impact));
  return changeOf(before, after, fields);
}

/** A change of exactly these fields; undefined without any. */
export function changeOf(
  before: PlanObject,
  after: PlanObject,
  fields: readonly FieldChange[],
): Change | undefined {
  const [first, ...others] = fields;
  if (!first) return undefined;
  const worst = others.reduce((a, b) => (rank(b.impact) < rank(a.impact) ? b : a), first);
  const effect = fields.some((field) => field.effect === "replaces") ? "replaces" : "in-place";
  return {
    key: after.key,
    kind: after.kind,
    operation: "change",
    effect,
    impact: worst.impact,
    sentence: worst.sentence,
    fields,
    before,
    after,
  };
}

function operationsFields(
  { operations: before = {} }: PlanObject,
  { operations: after = {} }: PlanObject,
  impact: Impact<JsonObject>,
): FieldChange[] {
  return differences(before, after).map(([field, from, to]) => ({
    field: `operations.${field}`,
    before: from,
    after: to,
    ...(impact.operations?.(field, before, after) ?? onlyDocumented),
  }));
}

const onlyDocumented: FieldConsequence = {
  effect: "in-place",
  impact: "documentation",
  sentence: "Scaling, alerts and documents follow it; nothing changes on the broker.",
};

/** 0 is worst. */
export const rank = (impact: ImpactLevel): number => impactLevels.indexOf(impact);

/** The leaves in which two values differ, as [dotted path, before, after]; lists are compared whole. */
export function differences(before: unknown, after: unknown, path = ""): [string, unknown, unknown][] {
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .toSorted()
      .flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  return canonicalJson(before ?? null) === canonicalJson(after ?? null) ? [] : [[path, before, after]];
}
