import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { type QueueFacts, queueFacts } from "./lint/queues.ts";
import { deadLetterQueues } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlq-without-alert",
  severity: "warning",
  summary: "Queues of a vhost have alerts, and none of those where dead letters wait has one.",
  why: "A dead letter is a message that nobody could handle: without an alert or a consumer nobody will see it either.",
  fix: 'Write the queue by its name, for example "orders.fulfil.dlq: { alert: { depth: 0 } }", or name its consumers.',
  check: (model, report) => {
    const vhosts = Map.groupBy(queueFacts(model), ({ queue }) => `${queue.cluster}/${queue.spec.vhost}`);
    for (const queues of vhosts.values()) {
      if (!queues.some((facts) => operationsOf(facts).alert)) continue;
      // With dead letters of its own it is a stop on the way, such as the wait before a retry.
      const waiting = queues.filter(
        ({ queue, setting }) =>
          deadLetterQueues(model).has(queue.key) && setting("dead-letter-exchange") === undefined,
      );
      const [first, ...others] = waiting;
      // Where some have one, somebody has thought about it, and those without are a choice.
      if (!first || waiting.some((facts) => operationsOf(facts).alert ?? operationsOf(facts).consumers))
        continue;
      // One that was made for a classic queue is classic, and must stay so: another type would replace it.
      const type = first.type === "quorum" ? "" : `type: ${first.type}, `;
      const more = others.length === 0 ? "" : ` or ${others.length} more`;
      report({
        what: `Nobody is told when dead letters wait in "${first.queue.name}"${more}.`,
        fix: `Write the queue by its name, "${first.queue.name}: { ${type}alert: { depth: 0 } }", or name its consumers.`,
        mark: first.queue.mark,
      });
    }
  },
};

const operationsOf = ({ queue }: QueueFacts): QueueWithOperations => queue.value;
