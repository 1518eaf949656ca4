import type { ExchangeSpec, ExchangeValue } from "../kinds/rabbitmq-exchange/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import type { Rule } from "./rule.ts";

/** All that direct, fanout, topic and headers exchanges look at. Source: rabbit_exchange.erl. */
const known = "alternate-exchange";

export const rule: Rule = {
  id: "exchange-argument-unknown",
  severity: "warning",
  summary: "An exchange has an argument that its type doesn't know.",
  why: "RabbitMQ accepts it and ignores it: a typo, or an argument of a type that a plugin adds, does nothing here.",
  fix: 'Remove it; "alternate" is the word for alternate-exchange.',
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<ExchangeValue, ExchangeSpec>("rabbitmq-exchange")) {
      // Plugins know arguments that we don't.
      if (value.type.startsWith("x-")) continue;
      for (const argument of Object.keys(value.arguments ?? {})) {
        if (argument === known) continue;
        report({
          what: `The argument "${argument}" does nothing on "${name}", which is a ${value.type} exchange.`,
          fix: `${suggestion(argument, [known])}Remove it; "alternate" is the word for ${known}.`,
          mark: keyMarkOf(value, "arguments", argument) ?? mark,
        });
      }
    }
  },
};
