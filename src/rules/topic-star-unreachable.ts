import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { exchangeKey } from "../kinds/key.ts";
import { topicMatches } from "../routing/topic.ts";
import { markOf } from "../topology/mark.ts";
import { publishedKeys } from "./lint/published.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "topic-star-unreachable",
  severity: "warning",
  summary: "A topic binding with * takes none of the keys in use, and with # would.",
  why: "A * stands for exactly one word: order.* takes order.created and not order.item.added. Those messages never arrive.",
  fix: "Use # for any number of words, or one * for each word.",
  check: (model, report) => {
    const exchanges = Map.groupBy(
      model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding"),
      ({ cluster, spec }) => exchangeKey(cluster, spec.vhost, spec.source),
    );
    for (const [exchange, bindings] of exchanges) {
      if (sourceTypeOf(model, bindings[0]!) !== "topic") continue;
      const starred = bindings.filter(({ spec }) => /(^|\.)\*(\.|$)/.test(spec.routingKey));
      if (starred.length === 0) continue;
      // Keys that are bound to in full are published too; all are found by each of their beginnings.
      const beginningWith = new Map<string, string[]>();
      const keys = new Set(publishedKeys(model).get(exchange));
      for (const { spec } of bindings) if (!/[*#]/.test(spec.routingKey)) keys.add(spec.routingKey);
      for (const key of keys) {
        for (const beginning of beginnings(key)) {
          const known = beginningWith.get(beginning);
          if (known) known.push(key);
          else beginningWith.set(beginning, [key]);
        }
      }
      for (const { spec, value, mark, addedBy } of starred) {
        const pattern = spec.routingKey;
        const near = beginningWith.get(pattern.slice(0, pattern.search(/[*#]/))) ?? [];
        const wider = pattern.replace(/(?<=^|\.)\*(?=\.|$)/g, "#");
        const missed = near.find(
          (key) => key.split(".").length > pattern.split(".").length && topicMatches(wider, key),
        );
        const isUsed = missed !== undefined && near.some((key) => topicMatches(pattern, key));
        if (missed === undefined || isUsed || addedBy !== undefined) continue;
        report({
          what: `"${pattern}" takes none of the keys in use on "${spec.source}", such as "${missed}".`,
          mark: markOf(value.bind, "key") ?? mark,
        });
      }
    }
  },
};

/** Of a.b.c: nothing, a. and a.b. */
function beginnings(key: string): string[] {
  const words = key.split(".");
  return words.map((_, count) =>
    words
      .slice(0, count)
      .map((word) => `${word}.`)
      .join(""),
  );
}
