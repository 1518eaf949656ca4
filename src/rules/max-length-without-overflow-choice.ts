import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "max-length-without-overflow-choice",
  severity: "warning",
  summary: "A queue has a limit and doesn't say what happens beyond it.",
  why: "RabbitMQ then drops the oldest message, which is rarely the one that matters least.",
  fix: 'Add "overflow: reject-publish" so that publishers are told, or "overflow: drop-head" if losing the oldest is meant.',
  check: (model, report) => {
    for (const { queue, type, isWritten, setting, placeOf } of queueFacts(model)) {
      if (!isWritten || type === "stream" || setting("overflow") !== undefined) continue;
      const limit = ["max-length", "max-length-bytes"].find((name) => setting(name) !== undefined);
      if (limit === undefined) continue;
      report({
        what: `"${queue.name}" is limited (${limit} ${String(setting(limit))}) and doesn't say what happens beyond that.`,
        mark: placeOf(limit),
      });
    }
  },
};
