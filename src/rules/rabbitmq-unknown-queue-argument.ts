import { queueArguments } from "../kinds/rabbitmq-queue/arguments.ts";
import { type QueueSpec, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "rabbitmq-unknown-queue-argument",
  severity: "error",
  summary: "RabbitMQ doesn't know an argument of a queue.",
  why: "It accepts the queue and silently ignores the argument, so what it should do never happens.",
  fix: "Correct or remove it.",
  check: ({ ofKind }, report) => {
    for (const { value, mark } of ofKind<QueueValue, QueueSpec>("rabbitmq-queue")) {
      for (const name of Object.keys(value.arguments ?? {})) {
        // Arguments of applications and plugins needn't start with x-; what does and is unknown is nearly always a typo.
        if (!name.startsWith("x-") || Object.hasOwn(queueArguments, name)) continue;
        report({
          what: `RabbitMQ knows no queue argument "${name}".`,
          fix: `${suggestion(name, Object.keys(queueArguments))}Correct or remove it; allow it if a plugin of yours knows it.`,
          mark: keyMarkOf(value, "arguments", name) ?? mark,
        });
      }
    }
  },
};
