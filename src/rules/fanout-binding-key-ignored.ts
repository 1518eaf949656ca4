import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "fanout-binding-key-ignored",
  severity: "info",
  summary: "A binding to a fanout exchange has a key.",
  why: "A fanout exchange sends every message to everyone and looks at no key.",
  fix: "Remove the key, or make the exchange direct or topic.",
  check: (model, report) => {
    for (const binding of model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding")) {
      const { spec, value, addedBy, mark } = binding;
      if (spec.routingKey === "" || addedBy !== undefined || sourceTypeOf(model, binding) !== "fanout")
        continue;
      report({
        what: `"${spec.source}" is a fanout exchange: the key "${spec.routingKey}" has no effect.`,
        mark: keyMarkOf(value.bind, "key") ?? mark,
      });
    }
  },
};
