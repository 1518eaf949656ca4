import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { markOf } from "../topology/mark.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "topic-too-many-hash",
  severity: "error",
  summary: "A topic binding has more than two #.",
  why: "RabbitMQ 4.3 refuses it, because matching it takes very long.",
  fix: "Use two # at most, or bind twice.",
  structural: true,
  check: (model, report) => {
    for (const binding of model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding")) {
      const { routingKey } = binding.spec;
      const count = routingKey.split(".").filter((word) => word === "#").length;
      if (count <= 2 || sourceTypeOf(model, binding) !== "topic" || !isRabbitmq(binding.file, "4.3"))
        continue;
      report({
        what: `The key "${routingKey}" has ${count} #; RabbitMQ 4.3 takes two at most.`,
        mark: markOf(binding.value.bind, "key") ?? binding.mark,
      });
    }
  },
};
