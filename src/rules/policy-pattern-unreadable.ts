import type { PolicySpec, PolicyValue } from "../kinds/rabbitmq-policy/definition.ts";
import { patternOf } from "../kinds/rabbitmq-policy/matching.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-pattern-unreadable",
  severity: "error",
  summary: "The pattern of a policy is no regular expression.",
  why: "The broker refuses a broken one, and of one that only it can read nobody knows in advance what it applies to.",
  fix: "Correct it; most often a bracket is missing, or a special character needs a backslash.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { value, spec, mark } of ofKind<PolicyValue, PolicySpec>("rabbitmq-policy")) {
      if (patternOf(spec)) continue;
      report({
        what: `The pattern ${spec.pattern} is not a regular expression that can be read here.`,
        why: "The broker refuses a broken one, and of one that only it can read nobody knows in advance what it applies to.",
        fix: "Correct it; most often a bracket is missing, or a special character needs a backslash.",
        mark: markOf(value, "pattern") ?? mark,
      });
    }
  },
};
