import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher, type PolicySubject } from "../kinds/rabbitmq-policy/matching.ts";
import { canonicalJson } from "../kinds/key.ts";
import type { Consequence } from "../kinds/kind.ts";
import type { PlanObject } from "../plan/plan.ts";
import { nameOf } from "./called.ts";
import { type Change, type FieldChange, rank } from "./changes.ts";

/** A declared queue or exchange that gets other settings, because of whatever policy. */
export interface Affected {
  readonly object: PlanObject;
  readonly subject: PolicySubject;
  readonly fields: readonly FieldChange[];
}

/**
 * What a change of a policy that people wrote does. Its name, priority, pattern and target only matter by what they
 * change for queues and exchanges; what it sets is judged by the kind itself, because it may also apply to queues that
 * nobody declares.
 */
export function byEffect(change: Change, all: readonly Change[], affected: readonly Affected[]): Change {
  const matchers = [change.before, change.after].flatMap((object) =>
    object ? [new PolicyMatcher([object.spec as PolicySpec])] : [],
  );
  const touched = affected.filter(
    ({ object, subject }) =>
      object.cluster === (change.after ?? change.before)?.cluster &&
      matchers.some((matcher) => matcher.matching(subject).length > 0),
  );
  if (change.operation !== "change")
    return touched.length === 0 && isRenamed(change, all) ? { ...change, ...onlyItsName } : change;
  const fields = change.fields.map((field) => {
    if (field.field.startsWith("definition")) return field;
    if (touched.length > 0) return { ...field, ...worstOf(touched) };
    return field.field === "priority" ? { ...field, ...noEffect } : field;
  });
  const [worst] = fields.toSorted((a, b) => rank(a.impact) - rank(b.impact));
  return worst ? { ...change, fields, impact: worst.impact, sentence: worst.sentence } : change;
}

const onlyItsName: Consequence = {
  impact: "safe",
  sentence: "Only the policy's name changes: no declared queue or exchange gets other settings.",
};
const noEffect: Consequence = {
  impact: "safe",
  sentence: "The same policies win as before: no declared queue or exchange gets other settings.",
};

/** Whether the same policy comes, or goes, under another name; at another priority perhaps. */
function isRenamed(change: Change, all: readonly Change[]): boolean {
  const content = contentOf(change);
  return all.some(
    (other) =>
      other.kind === change.kind && other.operation !== change.operation && contentOf(other) === content,
  );
}

function contentOf({ before, after }: Change): string {
  const object = after ?? before;
  const { name: _name, priority: _priority, ...content } = object?.spec ?? {};
  return canonicalJson([object?.cluster, content]);
}

function worstOf(touched: readonly Affected[]): Consequence {
  const [worst] = touched
    .flatMap(({ object, fields }) => fields.map((field) => ({ object, ...field })))
    .toSorted((a, b) => rank(a.impact) - rank(b.impact));
  const names = touched.slice(0, 3).map(({ object }) => `"${nameOf(object)}"`);
  const more = touched.length > names.length ? ` and ${touched.length - names.length} more` : "";
  return {
    impact: worst?.impact ?? "disruption",
    sentence: `Other settings hold for ${names.join(", ")}${more} at once. The worst of it: ${worst?.sentence}`,
  };
}
