import { queueFacts } from "./lint/queues.ts";
import { isRabbitmq } from "./lint/version.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "transient-queue",
  severity: "warning",
  summary: "A queue is not durable, which RabbitMQ 4.3 refuses by default and older ones advise against.",
  why: "It is gone with its messages after a restart, and from 4.3 on it can't even be made.",
  fix: 'Remove "durable: false"; "expires" lets a queue go when nobody uses it.',
  check: (model, report) => {
    for (const { queue, type, isWritten } of queueFacts(model)) {
      if (!isWritten || type !== "classic" || queue.spec.durable) continue;
      const isRefused = isRabbitmq(queue.file, "4.3");
      report({
        what: `"${queue.name}" is not durable${isRefused ? ", which RabbitMQ 4.3 refuses" : ""}.`,
        ...(isRefused && { severity: "error" }),
        mark: keyMarkOf(queue.value, "durable") ?? queue.mark,
      });
    }
  },
};
