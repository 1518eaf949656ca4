import { argumentProblem, queueArguments } from "../kinds/rabbitmq-queue/arguments.ts";
import { type QueueSpec, queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import { keyMarkOf, markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "rabbitmq-queue-argument",
  severity: "error",
  summary: "A queue argument doesn't fit the queue's type, or its value is wrong.",
  why: "RabbitMQ refuses to declare such a queue (406).",
  fix: "Correct the value, remove the argument, or choose another type.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name: queue, value, mark, addedBy } of ofKind<QueueValue, QueueSpec>("rabbitmq-queue")) {
      // Nobody wrote the arguments of a queue that a pattern adds.
      if (addedBy !== undefined) continue;
      const type = queueTypeOf(value);
      for (const [name, given] of Object.entries(value.arguments ?? {})) {
        const at = keyMarkOf(value, "arguments", name) ?? mark;
        const known = Object.hasOwn(queueArguments, name) ? queueArguments[name] : undefined;
        const problem = argumentProblem(name, given);
        // Unknown ones are another rule's.
        if (!known) continue;
        if (!known.types.includes(type)) {
          report({
            what: `A ${type} queue can't have the argument "${name}".`,
            why: "RabbitMQ refuses to declare such a queue (406).",
            fix: `Remove it from "${queue}", or make the queue ${known.types.join(" or ")}.`,
            mark: at,
          });
        } else if (name === "x-queue-type" && value.type !== undefined && value.type !== given) {
          report({
            what: `"${queue}" has two types: ${value.type} and ${String(given)}.`,
            why: "Only one can be declared.",
            fix: 'Keep "type" and remove the argument.',
            mark: at,
          });
        } else if (problem !== undefined) {
          report({
            what: `The argument "${name}" ${problem}; it is ${JSON.stringify(given)}.`,
            why: "RabbitMQ refuses to declare such a queue (406).",
            fix: "Correct the value.",
            mark: markOf(value, "arguments", name) ?? mark,
          });
        }
      }
    }
  },
};
