import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher, type PolicySubject } from "../kinds/rabbitmq-policy/matching.ts";
import { type QueueSpec, queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-overlap",
  severity: "error",
  summary: "Two policies of the same priority match the same object.",
  why: "Only one policy applies to an object, and between equal ones the broker picks either.",
  fix: "Give one of them a higher priority, or put the settings of both into one.",
  check: ({ ofKind }, report) => {
    const policies = ofKind<object, PolicySpec>("rabbitmq-policy").filter(
      ({ addedBy }) => addedBy === undefined,
    );
    if (policies.length < 2) return;
    const subjects: (PolicySubject & { cluster: string })[] = [
      ...ofKind<QueueValue, QueueSpec>("rabbitmq-queue").map(({ cluster, spec, value }) => ({
        cluster,
        vhost: spec.vhost,
        name: spec.name,
        type: queueTypeOf(value),
      })),
      ...ofKind<object, ExchangeSpec>("rabbitmq-exchange").map(({ cluster, spec }) => ({
        cluster,
        vhost: spec.vhost,
        name: spec.name,
        type: "exchange" as const,
      })),
    ];
    const reported = new Set<string>();
    for (const [cluster, group] of Map.groupBy(policies, (policy) => policy.cluster)) {
      const matcher = new PolicyMatcher(group.map(({ spec }) => spec));
      for (const subject of subjects) {
        if (subject.cluster !== cluster) continue;
        const [first, second] = matcher.matching(subject);
        if (!first || !second || first.priority !== second.priority) continue;
        const id = JSON.stringify([cluster, subject.vhost, first.name, second.name].toSorted());
        if (reported.has(id)) continue;
        reported.add(id);
        const { value, mark } = group.find(({ spec }) => spec === second)!;
        report({
          what: `The policies "${first.name}" and "${second.name}" both match "${subject.name}" with priority ${second.priority}.`,
          why: "Only one policy applies to an object, and between equal ones the broker picks either.",
          fix: "Give one of them a higher priority, or put the settings of both into one.",
          mark: markOf(value, "priority") ?? markOf(value, "pattern") ?? mark,
        });
      }
    }
  },
};
