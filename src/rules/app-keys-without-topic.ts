import { exchangeKey } from "../kinds/key.ts";
import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import { defaultExchange, rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import { builtInTypes } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "app-keys-without-topic",
  severity: "error",
  summary: "Keys are named for an exchange where the broker doesn't check keys.",
  why: "RabbitMQ checks routing keys on topic exchanges only: the application could publish with any key all the same.",
  fix: "Name the exchange without keys, or make it a topic exchange.",
  structural: true,
  check: ({ files, all, byKey }, report) => {
    for (const { app, cluster, vhost, publishes } of rabbitmqRoles(files, all)) {
      for (const { exchange, keys, mark } of publishes) {
        const spec = byKey.get(exchangeKey(cluster, vhost, exchange))?.spec as ExchangeSpec | undefined;
        const type = spec?.type ?? builtInTypes.get(exchange);
        // Of an exchange that nobody knows another rule speaks.
        const isTopic = type === undefined ? exchange !== defaultExchange : type === "topic";
        if (keys === undefined || isTopic) continue;
        report({
          what: `"${app}" should use only some keys on "${exchange}", which is no topic exchange.`,
          mark,
        });
      }
    }
  },
};
