import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import type { Compiled } from "../plan/model.ts";
import { topicMatches } from "../routing/topic.ts";
import { markOf } from "../topology/mark.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

type Binding = Compiled<BindingValue, BindingSpec>;

export const rule: Rule = {
  id: "binding-redundant",
  severity: "warning",
  summary: "A binding takes only what another binding of the same two takes already.",
  why: "It changes nothing: a queue gets one copy of a message, whatever the number of bindings. Most often one of them is wrong.",
  fix: "Remove it, or narrow the wider one.",
  check: (model, report) => {
    const pairs = Map.groupBy(
      model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding"),
      ({ cluster, spec }) =>
        JSON.stringify([cluster, spec.vhost, spec.source, spec.destinationType, spec.destination]),
    );
    for (const bindings of pairs.values()) {
      if (bindings.length < 2) continue;
      const type = sourceTypeOf(model, bindings[0]!);
      const wide = type === "fanout" ? bindings.slice(0, 1) : type === "topic" ? bindings.filter(isWide) : [];
      for (const binding of bindings) {
        const by = wide.find((one) => one.key !== binding.key && (type === "fanout" || covers(one, binding)));
        if (!by || binding.addedBy !== undefined) continue;
        const said =
          by.spec.routingKey === "" ? "another binding" : `the binding with key "${by.spec.routingKey}"`;
        report({
          what: `Everything that this binding takes from "${binding.spec.source}" comes by ${said} anyway.`,
          mark: markOf(binding.value.bind, "key") ?? binding.mark,
        });
      }
    }
  },
};

const isWide = ({ spec }: Binding): boolean => /(^|\.)[*#](\.|$)/.test(spec.routingKey);

/** Whether the first pattern takes all that the second takes; where that is hard to say, no. */
function covers({ spec: { routingKey: wide } }: Binding, { spec: { routingKey: narrow } }: Binding): boolean {
  if (wide === "#") return true;
  if (!/(^|\.)#(\.|$)/.test(narrow)) return topicMatches(wide, narrow);
  const prefix = wide.endsWith(".#") ? wide.slice(0, -1) : undefined;
  return prefix !== undefined && !/[*#]/.test(prefix) && narrow.startsWith(prefix);
}
