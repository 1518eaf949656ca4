import { keyMarkOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { writtenPolicies } from "./lint/policies.ts";
import { policyKeys } from "../kinds/rabbitmq-policy/keys.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-unknown-key",
  severity: "error",
  summary: "A policy sets something that RabbitMQ doesn't know.",
  why: "The broker refuses the whole policy.",
  fix: "Correct or remove the key.",
  check: (model, report) => {
    for (const { value, mark } of writtenPolicies(model)) {
      for (const key of Object.keys(value.definition)) {
        if (policyKeys.has(key)) continue;
        report({
          what: `RabbitMQ knows no policy key "${key}".`,
          fix: `${suggestion(key, policyKeys.keys())}Correct or remove it; allow it here if a plugin of yours knows it.`,
          mark: keyMarkOf(value, "definition", key) ?? mark,
        });
      }
    }
  },
};
