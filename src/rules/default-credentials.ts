import type { RabbitmqUserSpec } from "../kinds/rabbitmq-user/definition.ts";
import type { Rule } from "./rule.ts";

const everybodys = new Set(["guest", "admin"]);
const here = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const rule: Rule = {
  id: "default-credentials",
  severity: "error",
  summary: "An environment logs in to RabbitMQ as guest or admin, or the files make the user guest.",
  why: "Everybody knows these names and tries their default passwords first.",
  fix: "Make a user for Queueform, and delete guest on the broker.",
  check: ({ environment, ofKind }, report) => {
    for (const { name, username, endpoint, mark } of environment?.clusters.rabbitmq.values() ?? []) {
      if (!everybodys.has(username) || !URL.canParse(endpoint) || here.has(new URL(endpoint).hostname))
        continue;
      report({ what: `Queueform logs in to the RabbitMQ cluster "${name}" as ${username}.`, mark });
    }
    for (const { cluster, spec, mark } of ofKind<unknown, RabbitmqUserSpec>("rabbitmq-user")) {
      if (spec.name !== "guest") continue;
      report({
        what: `On the RabbitMQ cluster "${cluster}" somebody would log in as guest.`,
        why: "Every broker has this user from the start, as an administrator, and everybody knows its password.",
        fix: "Use a name of its own, and delete guest on the broker.",
        mark,
      });
    }
  },
};
