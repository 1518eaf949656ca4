import type { ExchangeSpec, ExchangeValue } from "../kinds/rabbitmq-exchange/definition.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "exchange-argument-not-text",
  severity: "error",
  summary: "An argument of an exchange is not a text, in an environment that Pulumi owns.",
  why: "Pulumi's RabbitMQ provider carries texts only: the argument would arrive changed, and look changed for ever after.",
  fix: "Quote the value if the exchange type takes a text, or remove it.",
  structural: true,
  check: ({ ofKind, environment }, report) => {
    if (environment?.engine !== "pulumi") return;
    for (const { value, mark } of ofKind<ExchangeValue, ExchangeSpec>("rabbitmq-exchange")) {
      for (const [name, given] of Object.entries(value.arguments ?? {})) {
        if (typeof given === "string") continue;
        report({
          what: `The exchange argument "${name}" is ${JSON.stringify(given)}; only texts can be carried by Pulumi's RabbitMQ provider.`,
          why: "It would arrive at the broker as a text, and look changed for ever after.",
          fix: "Quote the value if the exchange type takes a text, or remove it.",
          mark: markOf(value, "arguments", name) ?? mark,
        });
      }
    }
  },
};
