import { entryOf, keyMarkOf } from "../topology/mark.ts";
import { queueFacts, wordOf } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "prefer-policy-over-argument",
  severity: "warning",
  summary: "A queue setting stands in arguments, where it can never be changed.",
  why: "A new value replaces the queue with all its messages, and applications that declare the old one are refused (406).",
  fix: "Use the word instead, which goes to a policy; allow it while applications still declare the queue with the argument.",
  check: (model, report) => {
    for (const { queue, isWritten } of queueFacts(model)) {
      const hand = queue.value.arguments;
      if (!isWritten || !hand) continue;
      for (const name of Object.keys(hand)) {
        const word = wordOf.get(name.slice("x-".length));
        // What patterns add to the arguments was written nowhere.
        if (!word || !name.startsWith("x-") || !entryOf(hand, name)) continue;
        // The same word says both.
        if (name === "x-dead-letter-routing-key" && "x-dead-letter-exchange" in hand) continue;
        report({
          what: `"${queue.name}" has ${name} as an argument; "${word.join(".")}" says the same and can be changed.`,
          mark: keyMarkOf(hand, name) ?? queue.mark,
        });
      }
    }
  },
};
