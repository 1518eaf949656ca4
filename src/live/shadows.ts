import { policyKey } from "../kinds/key.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { heededBy } from "../kinds/rabbitmq-policy/keys.ts";
import { PolicyMatcher } from "../kinds/rabbitmq-policy/matching.ts";
import type { PlanObject } from "../plan/plan.ts";
import { type Change, changeOf, type FieldChange } from "../review/changes.ts";
import { settingChanges, subjectOf } from "../review/settings.ts";
import type { JsonObject } from "../topology/json.ts";
import type { OperatorPolicy } from "./connection.ts";

/** What is on the brokers, as far as policies are concerned. */
export interface Policies {
  readonly observed: readonly PlanObject[];
  readonly operator: readonly OperatorPolicy[];
  /** Keys of policies that are somebody's: declared, or of earlier plans. What they say wrongly is found at them. */
  readonly known: ReadonlySet<string>;
}

/**
 * Adds to the changes what policies that nobody declared do to declared queues and exchanges. Only one policy applies to
 * an object, so one of higher priority takes the place of all that ours say. Of two equal ones RabbitMQ takes either:
 * the other's counts then. Operator policies count where they overrule a setting, not where they add one.
 */
export function withShadows(
  changes: readonly Change[],
  objects: readonly { readonly before: PlanObject; readonly after: PlanObject }[],
  { observed, operator, known }: Policies,
): Change[] {
  const isForeign = ({ key }: PlanObject): boolean => !known.has(key);
  const policies = observed.filter(({ kind }) => kind === "rabbitmq-policy");
  if (!policies.some(isForeign) && operator.length === 0) return [...changes];
  const declared = matchers(objects.flatMap(({ after }) => (after.kind === "rabbitmq-policy" ? after : [])));
  const living = matchers(policies);
  const operators = matchers(operator);
  const result = new Map(changes.map((change) => [change.key, change]));
  for (const { before, after } of objects) {
    const subject = subjectOf(before);
    if (!subject) continue;
    const { cluster } = after;
    const heeded = (definition: JsonObject = {}): JsonObject => heededBy(subject.type, definition);
    const wanted = heeded(declared.get(cluster)?.effective(subject));
    const [first, ...rest] = living.get(cluster)?.matching(subject) ?? [];
    const foreign = [first, ...rest.filter(({ priority }) => priority === first?.priority)].find(
      (policy) => policy && !known.has(policyKey(cluster, policy.vhost, policy.name)),
    );
    const overrule = operators.get(cluster)?.matching(subject)[0];
    const fields = shadowedFields(
      wanted,
      foreign && { ...foreign, definition: heeded(foreign.definition) },
      overrule && { ...overrule, definition: heeded(overrule.definition) },
    );
    const change = changeOf(before, after, [...(result.get(after.key)?.fields ?? []), ...fields]);
    if (fields.length > 0 && change) result.set(after.key, change);
  }
  return [...result.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function matchers(
  policies: readonly Pick<PlanObject, "cluster" | "spec">[],
): ReadonlyMap<string, PolicyMatcher> {
  const groups = Map.groupBy(policies, ({ cluster }) => cluster);
  return new Map(
    [...groups].map(([cluster, group]) => [
      cluster,
      new PolicyMatcher(group.map(({ spec }) => spec as PolicySpec)),
    ]),
  );
}

function shadowedFields(
  wanted: JsonObject,
  foreign: PolicySpec | undefined,
  operator: PolicySpec | undefined,
): FieldChange[] {
  const set = foreign?.definition ?? wanted;
  const overruled = overruledBy(operator?.definition ?? {}, set);
  return settingChanges({ ...set, ...overruled }, wanted).map((change) => ({
    ...change,
    through:
      change.field.slice("policy.".length) in overruled
        ? `operator policy "${operator?.name}"`
        : `policy "${foreign?.name}"`,
  }));
}

/** The settings that an operator policy gives another value. Of two numbers the lower one counts. */
function overruledBy(operator: JsonObject, set: JsonObject): JsonObject {
  const entries = Object.entries(operator).flatMap(([name, value]) => {
    const own = set[name];
    if (own === undefined) return [];
    const effective = typeof value === "number" && typeof own === "number" ? Math.min(value, own) : value;
    return effective === own ? [] : [[name, effective] as const];
  });
  return Object.fromEntries(entries);
}
