import { keyMarkOf } from "../topology/mark.ts";
import { carriersOf } from "./lint/carriers.ts";
import { messagesOf } from "./lint/messages.ts";
import { isDisposable } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

/** Quorum queues and streams write every message to disk, whatever its publisher asks for. */
export const rule: Rule = {
  id: "message-not-persistent",
  severity: "warning",
  summary: "A message that is not persistent goes to a durable classic queue.",
  why: "The queue survives a restart of the broker, and this message in it doesn't.",
  fix: 'Remove "persistent: false", or give the queue a short ttl if its messages are worth nothing later.',
  check: (model, report) => {
    for (const { name, value, mark } of messagesOf(model)) {
      if (value["persistent"] !== false) continue;
      const lost = carriersOf(model, name).queues.find(
        (facts) => facts.type === "classic" && !isDisposable(facts),
      );
      if (!lost) continue;
      report({
        what: `"${name}" is not persistent, and gets into "${lost.queue.name}", which is durable.`,
        mark: keyMarkOf(value, "persistent") ?? mark,
      });
    }
  },
};
