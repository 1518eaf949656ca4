import type { ExchangeSpec } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec, PolicyValue } from "../../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher, type PolicySubject } from "../../kinds/rabbitmq-policy/matching.ts";
import { type QueueSpec, queueTypeOf, type QueueValue } from "../../kinds/rabbitmq-queue/definition.ts";
import type { Compiled, Model } from "../../plan/model.ts";
import { perModel } from "./per-model.ts";

export type DeclaredPolicy = Compiled<PolicyValue, PolicySpec>;

const byCluster = (policies: readonly DeclaredPolicy[]): ReadonlyMap<string, PolicyMatcher> =>
  new Map(
    [...Map.groupBy(policies, ({ cluster }) => cluster)].map(([cluster, group]) => [
      cluster,
      new PolicyMatcher(group.map(({ spec }) => spec)),
    ]),
  );

/** The policies that people wrote; those that patterns make know what they do. */
export const writtenPolicies = perModel((model): readonly DeclaredPolicy[] =>
  model.ofKind<PolicyValue, PolicySpec>("rabbitmq-policy").filter(({ addedBy }) => addedBy === undefined),
);

const allMatchers = perModel((model) => byCluster(model.ofKind<PolicyValue, PolicySpec>("rabbitmq-policy")));

/** What the policy that wins on this object sets, written or made; {} without one. */
export function effectivePolicy(
  model: Model,
  cluster: string,
  subject: PolicySubject,
): PolicySpec["definition"] {
  return allMatchers(model).get(cluster)?.effective(subject) ?? {};
}

/** For every written policy the declared objects that it matches, with the policies that match the same, winner first. */
export const policyMatches = perModel((model) => {
  const written = writtenPolicies(model);
  const found = new Map<
    PolicySpec,
    { readonly subject: PolicySubject; readonly all: readonly PolicySpec[] }[]
  >(written.map(({ spec }) => [spec, []]));
  if (written.length === 0) return found;
  const matchers = byCluster(written);
  const look = (cluster: string, subject: PolicySubject): void => {
    const all = matchers.get(cluster)?.matching(subject) ?? [];
    for (const policy of all) found.get(policy)?.push({ subject, all });
  };
  for (const { cluster, spec, value } of model.ofKind<QueueValue, QueueSpec>("rabbitmq-queue"))
    look(cluster, { vhost: spec.vhost, name: spec.name, type: queueTypeOf(value) });
  for (const { cluster, spec } of model.ofKind<unknown, ExchangeSpec>("rabbitmq-exchange"))
    look(cluster, { vhost: spec.vhost, name: spec.name, type: "exchange" });
  return found;
});
