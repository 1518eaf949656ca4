import { isManaged } from "../environment/access.ts";
import { defaultExchange, rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import type { Rule } from "./rule.ts";

/** Who answers requests publishes to amq.rabbitmq.reply-to.* or to a reply queue through the default exchange. */
export const rule: Rule = {
  id: "app-may-write-any-queue",
  severity: "warning",
  summary: "An application publishes through the default exchange, which leads to every queue of the vhost.",
  why: "RabbitMQ checks the exchange and not the queue behind it, so the application may put messages into any queue of the vhost.",
  fix: "Give requests and answers a vhost of their own, publish to an exchange instead, or accept it.",
  check: ({ files, all, environment }, report) => {
    for (const { app, cluster, vhost, publishes, answers } of rabbitmqRoles(files, all)) {
      if (!isManaged(environment, "rabbitmq", cluster)) continue;
      const direct = publishes.find(({ exchange }) => exchange === "" || exchange === defaultExchange);
      const answer = answers[0];
      if (direct) {
        report({
          what: `"${app}" publishes to the default exchange, and so may put messages into every queue of the vhost "${vhost}".`,
          mark: direct.mark,
        });
      } else if (answer) {
        report({
          what: `"${app}" answers "${answer.queue}" through the default exchange, and so may put messages into every queue of the vhost "${vhost}".`,
          mark: answer.mark,
        });
      }
    }
  },
};
