import { kinds } from "../kinds/definitions.generated.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Pulumi's RabbitMQ provider puts names into ids as name@vhost and vhost/source/destination and takes them apart again. */
export const rule: Rule = {
  id: "name-not-portable",
  severity: "error",
  summary:
    "A name holds a character that Pulumi's RabbitMQ provider can't carry, in an environment that Pulumi owns.",
  why: "The object is created on the broker, and then every pulumi up, refresh and destroy fails on its id.",
  fix: "Choose a name without @, and without / where bindings use it, or let the direct engine own the environment.",
  structural: true,
  check: ({ all, ofKind, environment }, report) => {
    if (environment?.engine !== "pulumi") return;
    for (const { kind, name, vhost, mark } of all) {
      if (kinds[kind]?.broker !== "rabbitmq" || kind === "rabbitmq-binding") continue;
      const bad = name.includes("@") ? name : vhost?.includes("@") ? vhost : undefined;
      if (bad === undefined) continue;
      report({
        what: `"${bad}" holds an @, which Pulumi's RabbitMQ provider can't carry.`,
        why: "The object is created on the broker, and then every pulumi up, refresh and destroy fails on its id.",
        fix: "Choose a name without @.",
        mark,
      });
    }
    for (const { value, mark } of ofKind<{ bind: { exchange: string }; destination: string }, never>(
      "rabbitmq-binding",
    )) {
      const bad = [value.bind.exchange, value.destination].find((name) => name.includes("/"));
      if (bad === undefined) continue;
      report({
        what: `"${bad}" holds a /, and bindings to or from such a name can't be carried by Pulumi's RabbitMQ provider.`,
        why: "The binding is created on the broker and then looked up under a wrong name: pulumi up fails and leaves it behind.",
        fix: "Choose a name without /, for example with a dot.",
        mark: markOf(value.bind, "exchange") ?? mark,
      });
    }
  },
};
