import { markOf } from "../topology/mark.ts";
import { policyMatches, writtenPolicies } from "./lint/policies.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-unanchored",
  severity: "info",
  summary: "The pattern of a policy is not anchored, or names one object and matches others too.",
  why: "A pattern matches anywhere in a name: orders also matches orders.dlq and old-orders, today or with the next queue.",
  fix: "Write ^name$ for one object and ^prefix\\. for a group.",
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenPolicies(model)) {
      const { pattern } = spec;
      if (pattern.endsWith("$") || pattern.includes(".*")) continue;
      const names = (policyMatches(model).get(spec) ?? []).map(({ subject }) => subject.name);
      const literal = pattern.replace(/^\^/, "").replaceAll("\\.", ".");
      const other = names.find((matched) => matched !== literal);
      const isOneName = names.includes(literal) && other !== undefined;
      if (pattern.startsWith("^") && !isOneName) continue;
      report({
        what: `The pattern ${pattern} of the policy "${name}" ${other === undefined ? "matches anywhere in a name" : `also matches "${other}"`}.`,
        mark: markOf(value, "pattern") ?? mark,
      });
    }
  },
};
