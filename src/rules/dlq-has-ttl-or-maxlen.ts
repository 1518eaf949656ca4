import { deadLetterQueues } from "./lint/targets.ts";
import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

const dropping = ["message-ttl", "max-length", "max-length-bytes", "expires"];

export const rule: Rule = {
  id: "dlq-has-ttl-or-maxlen",
  severity: "warning",
  summary: "A queue where dead letters wait drops them by itself.",
  why: "The evidence of what went wrong disappears before anybody has looked at it.",
  fix: "Remove the limit or lifetime, or allow it if somebody is alerted long before it is reached.",
  check: (model, report) => {
    for (const { queue, setting, placeOf } of queueFacts(model)) {
      if (!deadLetterQueues(model).has(queue.key)) continue;
      // With dead letters of its own it is a stop on the way, such as the wait before a retry.
      if (setting("dead-letter-exchange") !== undefined) continue;
      const found = dropping.find((name) => setting(name) !== undefined);
      if (found === undefined) continue;
      report({
        what: `Dead letters wait in "${queue.name}", which has ${found} ${String(setting(found))}.`,
        mark: placeOf(found),
      });
    }
  },
};
