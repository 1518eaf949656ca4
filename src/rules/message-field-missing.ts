import { isObject } from "../topology/json.ts";
import { keyMarkOf, markOf } from "../topology/mark.ts";
import { bodyOf, messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "message-field-missing",
  severity: "error",
  summary: "A sample lacks the field that key or idempotencyKey points to.",
  why: "Without its key a record goes to any partition, and without its idempotency key a repeated message looks new.",
  fix: "Correct the pointer, or the sample.",
  check: (model, report) => {
    for (const { name, value, file, mark } of messagesOf(model)) {
      const samples = Array.isArray(value["samples"]) ? (value["samples"] as unknown[]) : [];
      for (const word of ["key", "idempotencyKey"]) {
        const pointer = value[word];
        if (typeof pointer !== "string") continue;
        // What can't be read is another rule's. A null is no key either.
        const lacking = samples.findIndex((written) => {
          const body = bodyOf(file, written);
          return "value" in body && (fieldOf(body.value, pointer) ?? undefined) === undefined;
        });
        if (lacking === -1) continue;
        report({
          what: `Sample ${lacking + 1} of "${name}" has no ${pointer}, which is its ${word}.`,
          mark: markOf(value, "samples", lacking) ?? keyMarkOf(value, word) ?? mark,
        });
      }
    }
  },
};

/** What a JSON pointer (RFC 6901) points to. */
function fieldOf(body: unknown, pointer: string): unknown {
  let current = body;
  for (const step of pointer.slice(1).split("/")) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(current)) current = (current as unknown[])[Number(name)];
    else current = isObject(current) && Object.hasOwn(current, name) ? current[name] : undefined;
  }
  return current;
}
