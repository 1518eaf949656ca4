import { keyMarkOf } from "../topology/mark.ts";
import { writtenPolicies } from "./lint/policies.ts";
import { queueFacts } from "./lint/queues.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "lazy-mode",
  severity: "error",
  summary: "A queue or policy sets the queue mode, which RabbitMQ 4 no longer has.",
  why: "RabbitMQ 4 ignores it or refuses it, depending on the version; classic queues keep messages on disk anyway.",
  fix: "Remove it.",
  check: (model, report) => {
    for (const { queue, placeOf } of queueFacts(model)) {
      if (queue.value.arguments?.["x-queue-mode"] === undefined || !isRabbitmq(queue.file, "4.0")) continue;
      report({
        what: `"${queue.name}" sets x-queue-mode, which RabbitMQ 4 no longer has.`,
        mark: placeOf("queue-mode"),
      });
    }
    for (const { name, file, value, mark } of writtenPolicies(model)) {
      if (value.definition["queue-mode"] === undefined || !isRabbitmq(file, "4.0")) continue;
      report({
        what: `The policy "${name}" sets queue-mode, which RabbitMQ 4 no longer has.`,
        mark: keyMarkOf(value, "definition", "queue-mode") ?? mark,
      });
    }
  },
};
