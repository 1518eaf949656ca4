import { keyMarkOf } from "../topology/mark.ts";
import { writtenPolicies } from "./lint/policies.ts";
import { mirroringKeys } from "../kinds/rabbitmq-policy/keys.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "ha-policy",
  severity: "error",
  summary: "A policy mirrors classic queues, which RabbitMQ 4 no longer does.",
  why: "RabbitMQ 4 refuses the policy, and the queues it should protect live on one node only.",
  fix: "Remove the ha- keys, and make the queues quorum queues: those are replicated by themselves.",
  structural: true,
  check: (model, report) => {
    for (const { name, file, value, mark } of writtenPolicies(model)) {
      const key = Object.keys(value.definition).find((one) => mirroringKeys.includes(one));
      if (key === undefined || !isRabbitmq(file, "4.0")) continue;
      report({
        what: `The policy "${name}" sets ${key}, which RabbitMQ 4 removed.`,
        mark: keyMarkOf(value, "definition", key) ?? mark,
      });
    }
  },
};
