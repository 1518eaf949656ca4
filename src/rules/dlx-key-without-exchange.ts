import { keyMarkOf } from "../topology/mark.ts";
import { isObject } from "../topology/json.ts";
import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlx-key-without-exchange",
  severity: "error",
  summary: "A queue has a dead-letter key and no exchange that it is for.",
  why: "RabbitMQ refuses such a queue (406), and in a policy dead-lettering is off.",
  fix: "Name the dead-letter exchange too, or remove the key.",
  structural: true,
  check: (model, report) => {
    for (const { queue, type, setting, placeOf } of queueFacts(model)) {
      const { deadLetter } = queue.value;
      // The exchange that "deadLetter" makes takes every key, so the word would do nothing.
      const word =
        isObject(deadLetter) && deadLetter["key"] !== undefined && deadLetter["exchange"] === undefined;
      const isBare =
        type !== "stream" &&
        setting("dead-letter-routing-key") !== undefined &&
        setting("dead-letter-exchange") === undefined;
      if (!word && !isBare) continue;
      report({
        what: `"${queue.name}" has a dead-letter key and no dead-letter exchange that it is for.`,
        mark: (word && keyMarkOf(queue.value, "deadLetter", "key")) || placeOf("dead-letter-routing-key"),
      });
    }
  },
};
