import { markOf } from "../topology/mark.ts";
import { writtenPolicies } from "./lint/policies.ts";
import { policyValueProblem } from "./lint/policy-keys.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-value",
  severity: "error",
  summary: "A value in a policy is out of range or of the wrong type.",
  why: "The broker refuses the whole policy.",
  fix: "Correct the value; durations are milliseconds and sizes bytes, without quotes.",
  structural: true,
  check: (model, report) => {
    for (const { value, mark } of writtenPolicies(model)) {
      for (const [key, given] of Object.entries(value.definition)) {
        // The rule policy-value-not-portable says so already.
        if (typeof given !== "string" && !Number.isSafeInteger(given)) continue;
        const problem = policyValueProblem(key, given);
        if (problem === undefined) continue;
        report({
          what: `"${key}" ${problem}; it is ${JSON.stringify(given)}.`,
          mark: markOf(value, "definition", key) ?? mark,
        });
      }
    }
  },
};
