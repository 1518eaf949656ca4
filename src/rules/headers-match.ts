import type { BindingSpec, BindingValue } from "../kinds/rabbitmq-binding/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

const matches: readonly string[] = ["all", "any", "all-with-x", "any-with-x"];

export const rule: Rule = {
  id: "headers-match",
  severity: "error",
  summary: "A binding asks for headers where nothing compares them, or for any of none.",
  why: "It takes other messages than meant, or none at all.",
  fix: 'Use "key" on other exchanges than headers, and name the headers that "match: any" compares.',
  check: (model, report) => {
    for (const binding of model.ofKind<BindingValue, BindingSpec>("rabbitmq-binding")) {
      const { value, mark } = binding;
      const type = sourceTypeOf(model, binding);
      if (type === undefined) continue;
      const word =
        value.bind.headers !== undefined ? "headers" : value.bind.match !== undefined ? "match" : undefined;
      if (word !== undefined && type !== "headers") {
        report({
          what: `"${value.bind.exchange}" is a ${type} exchange; it doesn't look at headers.`,
          why: "The binding matches by its key alone, so more or other messages arrive than meant.",
          fix: `Use "key", or make the exchange a headers exchange.`,
          mark: keyMarkOf(value.bind, word) ?? mark,
        });
      }
      const byHand = value.bind.arguments?.["x-match"];
      if (type === "headers" && byHand !== undefined && !matches.includes(String(byHand))) {
        report({
          what: `"x-match" is ${JSON.stringify(byHand)}, which RabbitMQ doesn't know.`,
          why: "RabbitMQ refuses the binding.",
          fix: `Write ${matches.join(", ")}, best with the word "match".`,
          mark: keyMarkOf(value.bind, "arguments", "x-match") ?? mark,
        });
      }
      if (
        type === "headers" &&
        value.bind.match?.startsWith("any") &&
        Object.keys(value.bind.headers ?? {}).length === 0
      ) {
        report({
          what: `This binding takes messages with any of no headers, which is none.`,
          why: "Nothing will ever arrive by it.",
          fix: 'Name the headers, or write "match: all" without headers to take every message.',
          mark: keyMarkOf(value.bind, "match") ?? mark,
        });
      }
    }
  },
};
