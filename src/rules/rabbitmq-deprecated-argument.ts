import { queueFacts } from "./lint/queues.ts";
import { isRabbitmq } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

const since40 = "4.0";
const since43 = "4.3";

/** What becomes of an argument, and from which RabbitMQ on it is refused. */
const deprecated: ReadonlyMap<string, { readonly instead: string; readonly refused?: string }> = new Map(
  Object.entries({
    "queue-master-locator": { instead: "Use x-queue-leader-locator.", refused: since43 },
    "max-in-memory-length": { instead: "Remove it; a quorum queue keeps hardly anything in memory." },
    "max-in-memory-bytes": { instead: "Remove it; a quorum queue keeps hardly anything in memory." },
    "queue-version": { instead: "Remove it; version 2 is the only one.", refused: since43 },
  }),
);

export const rule: Rule = {
  id: "rabbitmq-deprecated-argument",
  severity: "warning",
  summary: "A queue has an argument that RabbitMQ 4 ignores or will refuse.",
  why: "It does nothing today, and one of the next updates of the broker refuses the queue.",
  fix: "Remove the argument.",
  check: (model, report) => {
    for (const { queue, placeOf } of queueFacts(model)) {
      for (const [name, given] of Object.entries(queue.value.arguments ?? {})) {
        const setting = name.replace(/^x-/, "");
        const known = deprecated.get(setting);
        // Version 2 of classic queues is what they are anyway.
        if (!known || (setting === "queue-version" && given === 2) || !isRabbitmq(queue.file, since40))
          continue;
        const isRefused = known.refused !== undefined && isRabbitmq(queue.file, known.refused);
        report({
          what: `The argument ${name} of "${queue.name}" ${isRefused ? `is refused by RabbitMQ ${since43}` : "has no use any more"}.`,
          fix: known.instead,
          ...(isRefused && { severity: "error" }),
          mark: placeOf(setting),
        });
      }
    }
  },
};
