import { simulationOf } from "./lint/deaths.ts";
import { deadLetterQueues } from "./lint/targets.ts";
import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlx-self-loop",
  severity: "error",
  summary: "The dead letters of a queue come back to the same queue at once.",
  why: "A message that is rejected goes round without end, as fast as the broker can; one that expires is dropped on its second death.",
  fix: 'Send them to a queue of their own: "deadLetter: true".',
  check: (model, report) => {
    for (const facts of queueFacts(model)) {
      const { queue, type, setting, placeOf } = facts;
      if (type === "stream" || setting("dead-letter-exchange") === undefined) continue;
      if (!deadLetterQueues(model).has(queue.key)) continue;
      const { simulator, messagesIn } = simulationOf(model, queue);
      const comesBack = messagesIn(queue).some((message) =>
        simulator.die(queue.name, message, "rejected").route?.queues.includes(queue.name),
      );
      if (!comesBack) continue;
      report({
        what: `Messages dead-lettered from "${queue.name}" come back to "${queue.name}".`,
        mark: placeOf("dead-letter-exchange"),
      });
    }
  },
};
