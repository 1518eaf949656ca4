import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import { isDisposable, queueFacts } from "./lint/queues.ts";
import { alternateOf, bindingsFrom, bindingsTo } from "./lint/targets.ts";
import { exchangeKey, queueKey } from "../kinds/key.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "exchange-no-alternate",
  severity: "info",
  summary: "What no binding takes from an exchange is dropped.",
  why: "A publisher with a wrong key, or one deployed before its consumer, loses messages and doesn't notice.",
  fix: 'Add "alternate" with an exchange whose queue somebody looks at, or publish with the mandatory flag.',
  check: (model, report) => {
    const disposable = new Set(
      queueFacts(model).flatMap((facts) => (isDisposable(facts) ? [facts.queue.key] : [])),
    );
    const deadLettered = new Set(
      queueFacts(model).flatMap(({ queue, setting }) => {
        const to = setting("dead-letter-exchange");
        return typeof to === "string" ? [exchangeKey(queue.cluster, queue.spec.vhost, to)] : [];
      }),
    );
    for (const exchange of model.ofKind<unknown, ExchangeSpec>("rabbitmq-exchange")) {
      const { cluster, key, name, spec, addedBy, mark } = exchange;
      const from = bindingsFrom(model).get(key) ?? [];
      if (addedBy !== undefined || from.length === 0 || from.some((one) => takesAll(spec.type, one.spec)))
        continue;
      // Of dead letters it is known where they go: the rule dlx-no-matching-binding looks at that.
      if (deadLettered.has(key)) continue;
      // An exchange behind another one only selects: what it leaves has gone elsewhere already.
      if (bindingsTo(model).has(key) || alternateOf(model, exchange) !== undefined) continue;
      const isForStale = from.every(
        ({ spec: { destinationType, destination } }) =>
          destinationType === "queue" && disposable.has(queueKey(cluster, spec.vhost, destination)),
      );
      if (isForStale) continue;
      report({ what: `What no binding of "${name}" takes is dropped: it has no alternate.`, mark });
    }
  },
};

function takesAll(type: string, { routingKey, arguments: values }: BindingSpec): boolean {
  if (type === "fanout") return true;
  if (type === "topic") return routingKey === "#";
  const compared = Object.keys(values).filter((header) => header !== "x-match");
  return type === "headers" && compared.length === 0 && values["x-match"] !== "any";
}
