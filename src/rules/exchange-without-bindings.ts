import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import { alternateOf, bindingsFrom } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "exchange-without-bindings",
  severity: "warning",
  summary: "Nothing is bound to an exchange.",
  why: "Whatever is published to it is dropped, and publishers don't notice.",
  fix: "Bind a queue to it, give it an alternate, or remove it.",
  check: (model, report) => {
    for (const exchange of model.ofKind<unknown, ExchangeSpec>("rabbitmq-exchange")) {
      if (exchange.addedBy !== undefined || bindingsFrom(model).has(exchange.key)) continue;
      if (alternateOf(model, exchange) !== undefined) continue;
      report({ what: `Nothing is bound to the exchange "${exchange.name}".`, mark: exchange.mark });
    }
  },
};
