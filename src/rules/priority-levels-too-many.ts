import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

const enough = 10;

export const rule: Rule = {
  id: "priority-levels-too-many",
  severity: "warning",
  summary: "A queue has more than ten priorities.",
  why: "Each level is a queue of its own inside the broker, which costs memory and processor time even when it is empty.",
  fix: "Use 2 to 4 levels.",
  check: (model, report) => {
    for (const { queue, setting, placeOf } of queueFacts(model)) {
      const levels = setting("max-priority");
      if (typeof levels !== "number" || levels <= enough) continue;
      report({ what: `"${queue.name}" has ${levels} priorities.`, mark: placeOf("max-priority") });
    }
  },
};
