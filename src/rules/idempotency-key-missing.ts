import { retryOf } from "../patterns/retry/value.ts";
import { carriersOf } from "./lint/carriers.ts";
import { messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "idempotency-key-missing",
  severity: "warning",
  summary: "A message that is retried has no field that tells a repeated one from a new one.",
  why: "A consumer that fails half-way gets the message again, and can't know that the first half is done.",
  fix: 'Add "idempotencyKey: /<field>", the field that is the same whenever the same message comes.',
  check: (model, report) => {
    for (const { name, value, mark } of messagesOf(model)) {
      if (value["idempotencyKey"] !== undefined) continue;
      const { queues, topics } = carriersOf(model, name);
      const retried =
        queues.find(({ queue }) => retryOf(queue.value))?.queue ??
        topics.find((topic) => topic.value.retry !== undefined);
      if (!retried) continue;
      report({ what: `"${retried.name}" retries "${name}", which has no idempotencyKey.`, mark });
    }
  },
};
