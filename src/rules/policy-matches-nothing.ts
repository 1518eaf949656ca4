import { patternOf } from "../kinds/rabbitmq-policy/matching.ts";
import { markOf } from "../topology/mark.ts";
import { policyMatches, writtenPolicies } from "./lint/policies.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-matches-nothing",
  severity: "warning",
  summary: "A policy matches no queue or exchange that any file declares.",
  why: "What it says applies to nothing, or to objects that nobody declared.",
  fix: 'Correct "pattern" or "applyTo", or remove the policy; allow it if it is for queues that applications declare.',
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenPolicies(model)) {
      if (!patternOf(spec) || policyMatches(model).get(spec)?.length !== 0) continue;
      report({
        what: `The policy "${name}" matches none of the declared ${spec.applyTo === "all" ? "queues and exchanges" : spec.applyTo.replace("_", " ")} in vhost "${spec.vhost}".`,
        mark: markOf(value, "pattern") ?? mark,
      });
    }
  },
};
