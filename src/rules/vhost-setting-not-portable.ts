import type { VhostSpec, VhostValue } from "../kinds/rabbitmq-vhost/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Pulumi's RabbitMQ provider (3.3.8) refuses every input of a vhost but its name. */
export const rule: Rule = {
  id: "vhost-setting-not-portable",
  severity: "error",
  summary: "A vhost asks for more than its name in an environment that Pulumi owns.",
  why: "Pulumi's RabbitMQ provider refuses everything about a vhost but its name, so pulumi up would stop.",
  fix: "Remove it there, and let whoever runs the broker set it.",
  structural: true,
  check: ({ ofKind, environment }, report) => {
    if (environment?.engine !== "pulumi") return;
    for (const { name, value, mark } of ofKind<VhostValue, VhostSpec>("rabbitmq-vhost")) {
      for (const word of Object.keys(value)) {
        report({
          what: `"${word}" of the vhost "${name}" can't be set by Pulumi's RabbitMQ provider, which owns ${environment.name}.`,
          why: "The provider refuses everything about a vhost but its name, so pulumi up would stop here.",
          fix: `Remove it, at least in ${environment.name} (overlay), and let whoever runs the broker set it there.`,
          mark: keyMarkOf(value, word) ?? mark,
        });
      }
    }
  },
};
