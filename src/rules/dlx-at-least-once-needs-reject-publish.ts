import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlx-at-least-once-needs-reject-publish",
  severity: "error",
  summary: "A queue is to dead-letter at least once, and lacks what that needs.",
  why: "The broker silently falls back to at most once: dead letters may get lost on the way.",
  fix: 'Make it a quorum queue with a dead-letter exchange and "overflow: reject-publish", or remove the strategy.',
  check: (model, report) => {
    for (const { queue, type, setting, placeOf } of queueFacts(model)) {
      if (type !== "quorum" || setting("dead-letter-strategy") !== "at-least-once") continue;
      const lacks = [
        ...(setting("overflow") === "reject-publish" ? [] : ["overflow reject-publish"]),
        ...(setting("dead-letter-exchange") === undefined ? ["a dead-letter exchange"] : []),
      ];
      if (lacks.length === 0) continue;
      report({
        what: `"${queue.name}" is to dead-letter at least once, and lacks ${lacks.join(" and ")}.`,
        mark: placeOf("dead-letter-strategy"),
      });
    }
  },
};
