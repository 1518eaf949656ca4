import { keyMarkOf, markOf } from "../topology/mark.ts";
import { messagesOf } from "./lint/messages.ts";
import { writtenTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-key-missing-for-ordered",
  severity: "error",
  summary: "A message has a key to stay in order, and the topic that carries it has none or another one.",
  why: "Only records with the same key are in the same partition, and only a partition keeps them in order.",
  fix: 'Give the topic the "key" of the message, or correct one of the two.',
  check: (model, report) => {
    const keys = new Map(
      messagesOf(model).flatMap(({ name, value }) =>
        typeof value["key"] === "string" ? [[name, value["key"].slice(1).split("/")] as const] : [],
      ),
    );
    for (const { name, value, spec, mark } of writtenTopics(model)) {
      for (const [index, message] of (value.carries ?? []).entries()) {
        const path = keys.get(message);
        if (!path || spec.partitions === 1) continue;
        const field = path.join(".");
        if (value.key === undefined) {
          report({
            what: `"${message}" is kept in order by ${field}, and "${name}" has ${spec.partitions} partitions and no key.`,
            mark: markOf(value, "carries", index) ?? mark,
          });
        } else if (![field, `/${path.join("/")}`, path.at(-1)].includes(value.key)) {
          // Formats may call the same thing differently, so this may be right.
          report({
            severity: "warning",
            what: `"${message}" is kept in order by ${field}, and "${name}" by ${value.key}.`,
            mark: keyMarkOf(value, "key") ?? mark,
          });
        }
      }
    }
  },
};
