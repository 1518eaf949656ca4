import { messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "message-schema-missing",
  severity: "warning",
  summary: "A message has no schema.",
  why: "Nothing says which fields consumers may rely on, so a publisher can't know what it breaks.",
  fix: 'Add "schema", a JSON Schema in place or in a file beside this one.',
  check: (model, report) => {
    for (const { name, value, mark } of messagesOf(model)) {
      if (value["schema"] !== undefined || !isJson(value["contentType"])) continue;
      report({ what: `"${name}" has no schema.`, mark });
    }
  },
};

/** Other formats have schemas of their own, which a JSON Schema can't replace. */
const isJson = (contentType: unknown): boolean =>
  contentType === undefined || /json/i.test(String(contentType));
