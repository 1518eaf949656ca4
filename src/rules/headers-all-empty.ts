import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "headers-all-empty",
  severity: "warning",
  summary: "A binding to a headers exchange names no headers.",
  why: "It takes every message, since all of no headers always match; a key is not looked at.",
  fix: 'Add "headers", or write "match: all" if every message is meant.',
  check: (model, report) => {
    for (const binding of model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding")) {
      const { spec, value, addedBy, mark } = binding;
      const says = value.bind.match !== undefined || value.bind.headers !== undefined;
      if (addedBy !== undefined || says || sourceTypeOf(model, binding) !== "headers") continue;
      if (Object.keys(spec.arguments).length > 0) continue;
      report({ what: `This binding takes every message of the headers exchange "${spec.source}".`, mark });
    }
  },
};
