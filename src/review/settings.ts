import { kinds } from "../kinds/definitions.generated.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { settingImpact } from "../kinds/rabbitmq-policy/impact.ts";
import { PolicyMatcher, type PolicySubject } from "../kinds/rabbitmq-policy/matching.ts";
import { storedQueueType } from "../kinds/rabbitmq-queue/arguments.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { JsonObject } from "../topology/json.ts";
import { type Change, changeOf, differences, type FieldChange } from "./changes.ts";
import { type Affected, byEffect } from "./policies.ts";

/**
 * What policies change, said of each queue and exchange rather than of the policies: only one applies to an object, so
 * the reader wants to know what holds before and after. Changes of policies that Queueform writes are replaced by that,
 * because their names are digests and mean nothing to anybody.
 */
export function withEffectiveSettings(
  changes: readonly Change[],
  before: readonly PlanObject[],
  after: readonly PlanObject[],
): Change[] {
  const old = new Map(before.map((object) => [object.key, object]));
  const [settingsBefore, settingsAfter] = [settingsIn(before), settingsIn(after)];
  const affected: Affected[] = [];
  const result = new Map(
    changes
      .filter(({ before: was, after: is }) => !isGenerated((is ?? was)!))
      .map((change) => [change.key, change]),
  );
  for (const object of after) {
    const previous = old.get(object.key);
    const subject = subjectOf(object);
    if (!previous || !subject) continue;
    const was = settingsBefore(previous, subjectOf(previous) ?? subject);
    const is = settingsAfter(object, subject);
    const fields = settingChanges(was, is);
    const change = changeOf(previous, object, [...(result.get(object.key)?.fields ?? []), ...fields]);
    if (fields.length === 0 || !change) continue;
    affected.push({ object, subject, fields });
    result.set(object.key, change);
  }
  for (const change of changes)
    if (result.get(change.key) === change && change.kind === "rabbitmq-policy")
      result.set(change.key, byEffect(change, changes, affected));
  return [...result.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** How what policies set on one object differs, field by field. */
export function settingChanges(was: JsonObject, is: JsonObject): FieldChange[] {
  return differences(was, is).map(([name, from, to]): FieldChange => ({
    field: `policy.${name}`,
    before: from,
    after: to,
    effect: "in-place",
    ...settingImpact(name, was, is),
  }));
}

/** A policy that Queueform writes: its name is a digest and means nothing to anybody. */
export const isGenerated = ({ addedBy }: PlanObject): boolean => addedBy === "queue-settings";

function settingsIn(
  objects: readonly PlanObject[],
): (object: PlanObject, subject: PolicySubject) => JsonObject {
  const policies = Map.groupBy(
    objects.filter(({ kind }) => kind === "rabbitmq-policy"),
    ({ cluster }) => cluster,
  );
  const matchers = new Map(
    [...policies].map(([cluster, group]) => [
      cluster,
      new PolicyMatcher(group.map(({ spec }) => spec as PolicySpec)),
    ]),
  );
  return ({ cluster }, subject) => matchers.get(cluster)?.effective(subject) ?? {};
}

/** A queue or an exchange, as policies are matched with it; undefined for everything else. */
export function subjectOf({ kind, spec }: PlanObject): PolicySubject | undefined {
  if (kinds[kind]?.broker !== "rabbitmq" || (kind !== "rabbitmq-queue" && kind !== "rabbitmq-exchange"))
    return undefined;
  const type = kind === "rabbitmq-exchange" ? "exchange" : storedQueueType((spec as QueueSpec).arguments);
  return { vhost: String(spec["vhost"]), name: String(spec["name"]), type };
}
