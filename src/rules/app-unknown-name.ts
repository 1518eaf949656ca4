import { exchangeKey, queueKey } from "../kinds/key.ts";
import { defaultExchange, rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import type { Mark } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { builtInTypes } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "app-unknown-name",
  severity: "error",
  summary: "An application publishes to an exchange or consumes a queue that no file declares.",
  why: "The application would get rights on something that isn't there, and be refused where it really goes.",
  fix: "Correct the name, or declare it in this vhost.",
  structural: true,
  check: ({ files, all, byKey }, report) => {
    for (const { app, cluster, vhost, publishes, consumes } of rabbitmqRoles(files, all)) {
      const complain = (deed: string, noun: string, name: string, mark: Mark): void => {
        const names = all
          .filter((one) => one.kind === `rabbitmq-${noun}` && one.cluster === cluster && one.vhost === vhost)
          .map((one) => one.name);
        report({
          what: `"${app}" ${deed} "${name}", and there is no such ${noun} in the vhost "${vhost}".`,
          fix: `${suggestion(name, names)}Correct the name, or declare it in this vhost.`,
          mark,
        });
      };
      for (const { exchange, mark } of publishes) {
        const isBuiltIn = exchange === defaultExchange || builtInTypes.has(exchange);
        if (!isBuiltIn && !byKey.has(exchangeKey(cluster, vhost, exchange)))
          complain("publishes to", "exchange", exchange, mark);
      }
      for (const { queue, mark } of consumes) {
        if (!byKey.has(queueKey(cluster, vhost, queue))) complain("consumes", "queue", queue, mark);
      }
    }
  },
};
