import { messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "message-version-missing",
  severity: "info",
  summary: "A message has a schema and no version.",
  why: "After the next change of the format nobody can say which one a message in a queue has.",
  fix: 'Add "version: 1", and raise it with every change that old consumers don\'t understand.',
  check: (model, report) => {
    for (const { name, value, mark } of messagesOf(model)) {
      if (value["schema"] === undefined || value["version"] !== undefined) continue;
      report({ what: `The format of "${name}" has no version.`, mark });
    }
  },
};
