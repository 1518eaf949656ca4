import { keyMarkOf } from "../topology/mark.ts";
import { isDisposable, queueFacts } from "./lint/queues.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "classic-for-critical",
  severity: "warning",
  summary: "A queue whose messages must not get lost is a classic queue.",
  why: "Since RabbitMQ 4 a classic queue lives on one node: while that node is down nobody can use it, and with its disk the messages are gone.",
  fix: 'Use "type: quorum", or allow it on a broker of one node.',
  check: (model, report) => {
    for (const facts of queueFacts(model)) {
      const { queue, type, isWritten, setting } = facts;
      if (!isWritten || type !== "classic" || isDisposable(facts) || !isRabbitmq(queue.file, "4.0")) continue;
      // Priorities are what only classic queues have.
      if (setting("dead-letter-exchange") === undefined || setting("max-priority") !== undefined) continue;
      report({
        what: `"${queue.name}" keeps its dead letters and is a classic queue, which is not replicated.`,
        mark: keyMarkOf(queue.value, "type") ?? queue.mark,
      });
    }
  },
};
