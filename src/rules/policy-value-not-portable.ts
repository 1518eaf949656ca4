import type { PolicySpec, PolicyValue } from "../kinds/rabbitmq-policy/definition.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Pulumi's RabbitMQ provider takes policy values as texts and turns every text that looks like a whole number into one. */
export const rule: Rule = {
  id: "policy-value-not-portable",
  severity: "error",
  summary:
    "A value in a policy can't be carried by Pulumi's RabbitMQ provider, in an environment that Pulumi owns.",
  why: "It would arrive at the broker as something else and be refused.",
  fix: "Use whole numbers, and texts that don't look like one.",
  structural: true,
  check: ({ ofKind, environment }, report) => {
    if (environment?.engine !== "pulumi") return;
    for (const { value, spec, mark } of ofKind<PolicyValue, PolicySpec>("rabbitmq-policy")) {
      for (const [name, given] of Object.entries(spec.definition)) {
        const at = markOf(value, "definition", name) ?? mark;
        if (typeof given === "string" && /^[+-]?[0-9]+$/.test(given)) {
          report({
            what: `"${name}" is the text "${given}", which Pulumi's RabbitMQ provider sends as a number.`,
            why: "The broker refuses a number where it expects a text.",
            fix:
              typeof given === "string" && name.endsWith("routing-key")
                ? "Use a key with a letter in it."
                : "Write it without quotes if it is meant as a number.",
            mark: at,
          });
        } else if (typeof given !== "string" && !Number.isSafeInteger(given)) {
          report({
            what: `"${name}" is ${JSON.stringify(given)}; only texts and whole numbers can be carried by Pulumi's RabbitMQ provider.`,
            why: "It would arrive at the broker as something else.",
            fix: "Use a text or a whole number.",
            mark: at,
          });
        }
      }
    }
  },
};
