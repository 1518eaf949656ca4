import { canonicalJson } from "../kinds/key.ts";
import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher, type PolicySubject } from "../kinds/rabbitmq-policy/matching.ts";
import { storedQueueType } from "../kinds/rabbitmq-queue/arguments.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";
import type { Refusal } from "./result.ts";

/** How many objects a sentence names before it counts the rest. */
const named = 5;

/**
 * Policies match by pattern, so a declared policy can change objects that nobody declared. Works out which policy governs
 * every existing queue and exchange before and after the changes, and refuses a policy that would change somebody
 * else's. What `changes` deletes is not looked at.
 */
export function guardPolicies(
  plan: Plan,
  observed: readonly PlanObject[],
  changes: readonly Change[],
): Refusal[] {
  const written = changes.filter(({ kind }) => kind === "rabbitmq-policy");
  if (written.length === 0) return [];
  const ours = new Set([
    ...plan.objects.map(({ key }) => key),
    ...changes.filter(({ operation }) => operation === "remove").map(({ key }) => key),
  ]);
  const clusters = Map.groupBy(observed, ({ cluster }) => cluster);
  return [...clusters].flatMap(([cluster, objects]) => {
    const here = new Map(
      written.filter((change) => clusterOf(change) === cluster).map((change) => [change.key, change]),
    );
    if (here.size === 0) return [];
    const policies = objects.filter(({ kind }) => kind === "rabbitmq-policy");
    const kept = policies.filter(({ key }) => !here.has(key));
    const added = [...here.values()].flatMap(({ after }) => after ?? []);
    const keys = new Map([...policies, ...added].map((policy) => [policy.spec, policy.key]));
    const before = new PolicyMatcher(policies.map(({ spec }) => spec as PolicySpec));
    const after = new PolicyMatcher([...kept, ...added].map(({ spec }) => spec as PolicySpec));
    const touched = new Map<string, string[]>();
    for (const object of objects) {
      const subject = ours.has(object.key) ? undefined : subjectOf(object);
      if (!subject) continue;
      const was = before.matching(subject)[0];
      const becomes = after.matching(subject)[0];
      if (canonicalJson(was?.definition ?? {}) === canonicalJson(becomes?.definition ?? {})) continue;
      const culprit = [becomes, was]
        .map((policy) => (policy ? keys.get(policy) : undefined))
        .find((key) => key !== undefined && here.has(key));
      if (culprit === undefined) continue;
      const name = `${subject.type === "exchange" ? "exchange" : "queue"} "${subject.name}"`;
      touched.set(culprit, [
        ...(touched.get(culprit) ?? []),
        `${name} (now ${shown(was)}, then ${shown(becomes)})`,
      ]);
    }
    return [...touched].map(([key, names]) => refusal(key, here.get(key)!, names));
  });
}

const clusterOf = ({ before, after }: Change): string | undefined => (after ?? before)?.cluster;

/** undefined for what policies don't apply to. */
function subjectOf({ kind, spec }: PlanObject): PolicySubject | undefined {
  if (kind === "rabbitmq-exchange") {
    const { vhost, name } = spec as ExchangeSpec;
    return { vhost, name, type: "exchange" };
  }
  if (kind !== "rabbitmq-queue") return undefined;
  const { vhost, name, arguments: stored } = spec as QueueSpec;
  return { vhost, name, type: storedQueueType(stored) };
}

const shown = (policy: PolicySpec | undefined): string =>
  policy
    ? Object.entries(policy.definition)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(", ")
    : "no policy";

function refusal(key: string, change: Change, names: readonly string[]): Refusal {
  const { name } = (change.after ?? change.before)!.spec as PolicySpec;
  const rest = names.length > named ? ` and ${names.length - named} more` : "";
  return {
    key,
    option: "--allow",
    sentence: `${change.operation === "remove" ? "Deleting" : "Writing"} policy "${name}" would also change what nobody declares here: ${names.slice(0, named).join(", ")}${rest}. Narrow its pattern, or declare them too.`,
  };
}
