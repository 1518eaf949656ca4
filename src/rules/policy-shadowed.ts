import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { markOf } from "../topology/mark.ts";
import { policyMatches, writtenPolicies } from "./lint/policies.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-shadowed",
  severity: "warning",
  summary: "A policy of higher priority hides settings of another one.",
  why: "Only one policy applies to an object: what the other one says there is gone, as if it had never been written.",
  fix: "Repeat the hidden settings in the policy that wins, or let the two match different names.",
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenPolicies(model)) {
      const hiding = new Map<PolicySpec, string>();
      for (const { subject, all } of policyMatches(model).get(spec) ?? []) {
        const winner = all[0]!;
        if (winner === spec || winner.priority === spec.priority || hiding.has(winner)) continue;
        hiding.set(winner, subject.name);
      }
      for (const [winner, on] of hiding) {
        const lost = Object.keys(spec.definition).filter((key) => !Object.hasOwn(winner.definition, key));
        if (lost.length === 0) continue;
        report({
          what: `On "${on}", the policy "${winner.name}" hides ${lost.join(", ")} of "${name}".`,
          mark: markOf(value, "pattern") ?? mark,
        });
      }
    }
  },
};
