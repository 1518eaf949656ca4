import { alternateQueues, deadLetterQueues } from "./lint/targets.ts";
import { isDisposable, queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "queue-without-dlq",
  severity: "warning",
  summary: "A queue has no dead letters.",
  why: "Messages that consumers reject, that crash them too often, that expire or exceed a limit are deleted without a trace.",
  fix: 'Add "deadLetter: true".',
  check: (model, report) => {
    for (const facts of queueFacts(model)) {
      const { queue, type, isWritten, setting } = facts;
      if (!isWritten || type === "stream" || setting("dead-letter-exchange") !== undefined) continue;
      // Where messages end up already, a person looks at them; the next place would need another.
      if (deadLetterQueues(model).has(queue.key) || alternateQueues(model).has(queue.key)) continue;
      if (isDisposable(facts)) continue;
      report({ what: `"${queue.name}" has no dead letters.`, mark: queue.mark });
    }
  },
};
