import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { markOf } from "../topology/mark.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "topic-star-in-word",
  severity: "error",
  summary: "A topic binding has * or # inside of a word.",
  why: "They are wildcards only as whole words between dots; here they stand for themselves, and no message has such a key.",
  fix: 'Give the wildcard a word of its own, such as "order.*" or "order.#".',
  check: (model, report) => {
    for (const binding of model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding")) {
      const { routingKey } = binding.spec;
      const word = routingKey.split(".").find((one) => one.length > 1 && /[*#]/.test(one));
      if (word === undefined || sourceTypeOf(model, binding) !== "topic") continue;
      report({
        what: `"${word}" in the key "${routingKey}" is no wildcard.`,
        mark: markOf(binding.value.bind, "key") ?? binding.mark,
      });
    }
  },
};
