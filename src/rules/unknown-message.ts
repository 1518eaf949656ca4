import { isObject } from "../topology/json.ts";
import { markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "unknown-message",
  severity: "error",
  summary: "Something is said to carry a message that no file describes.",
  why: "Documents and clients that are made from the files would name a message that nobody knows.",
  fix: "Describe it under messages, or correct the name.",
  check: (model, report) => {
    const known = new Set(messagesOf(model).map(({ name }) => name));
    for (const { value, mark } of model.all) {
      const carried = isObject(value) ? value["carries"] : undefined;
      if (!isObject(value) || !Array.isArray(carried)) continue;
      for (const [index, name] of carried.entries()) {
        if (known.has(String(name))) continue;
        report({
          what: `No file describes the message "${String(name)}".`,
          fix: `${suggestion(String(name), known)}Describe it under messages, or correct the name.`,
          mark: markOf(value, "carries", index) ?? mark,
        });
      }
    }
  },
};
