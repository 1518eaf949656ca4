import { queueFacts } from "./lint/queues.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "redelivery-unlimited",
  severity: "warning",
  summary: "A quorum queue redelivers a message for ever.",
  why: "A message that crashes its consumer is given to the next one, and the next: it stops all of them, and is never a dead letter.",
  fix: 'Set "deliveryLimit", for example to 20.',
  check: (model, report) => {
    for (const { queue, type, isWritten, setting, placeOf } of queueFacts(model)) {
      if (type !== "quorum" || !isWritten) continue;
      const limit = setting("delivery-limit");
      if (limit === -1) {
        report({ what: `"${queue.name}" has no delivery limit.`, mark: placeOf("delivery-limit") });
      } else if (limit === undefined && !isRabbitmq(queue.file, "4.0")) {
        report({
          what: `"${queue.name}" has no delivery limit, and before RabbitMQ 4.0 there is none by default.`,
          mark: queue.mark,
        });
      }
    }
  },
};
