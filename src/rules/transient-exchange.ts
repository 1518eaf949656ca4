import { exchangeKey } from "../kinds/key.ts";
import type { ExchangeSpec, ExchangeValue } from "../kinds/rabbitmq-exchange/definition.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { Compiled } from "../plan/model.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { bindingsFrom } from "./lint/targets.ts";
import { queueKey } from "../kinds/key.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "transient-exchange",
  severity: "warning",
  summary: "A queue that survives a restart is bound to an exchange that doesn't.",
  why: "After a restart of the broker the exchange and its bindings are gone: publishers are refused and the queue gets nothing.",
  fix: 'Remove "durable: false" from the exchange.',
  check: (model, report) => {
    for (const exchange of model.ofKind<ExchangeValue, ExchangeSpec>("rabbitmq-exchange")) {
      const { cluster, spec, value, addedBy } = exchange;
      if (addedBy !== undefined || spec.durable) continue;
      const from = bindingsFrom(model).get(exchangeKey(cluster, spec.vhost, spec.name)) ?? [];
      const durable = from.find(({ spec: { destinationType, destination } }) => {
        const key = (destinationType === "queue" ? queueKey : exchangeKey)(cluster, spec.vhost, destination);
        return (model.byKey.get(key) as Compiled<unknown, QueueSpec | ExchangeSpec> | undefined)?.spec
          .durable;
      });
      if (!durable) continue;
      report({
        what: `"${spec.name}" is not durable, and "${durable.spec.destination}" behind it is.`,
        mark: keyMarkOf(value, "durable") ?? exchange.mark,
      });
    }
  },
};
