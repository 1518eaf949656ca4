import { durationToMilliseconds } from "../topology/units.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

/** What is shorter is for somebody who waits for it, in milliseconds. */
const shortLife: ReadonlyMap<string, number> = new Map([
  ["expires", durationToMilliseconds("1h")],
  ["message-ttl", durationToMilliseconds("1m")],
]);

export const rule: Rule = {
  id: "quorum-for-reply",
  severity: "warning",
  summary: "A queue is replicated, and it or its messages live as shortly as those for replies.",
  why: "Each message is written to three disks for an answer that is worthless soon, and each new queue elects a leader first.",
  fix: 'Use "type: classic", or "requestReply", which makes the queues for questions and answers.',
  check: (model, report) => {
    for (const { queue, type, isWritten, setting, placeOf } of queueFacts(model)) {
      // What expires and is kept elsewhere is not worthless.
      if (!isWritten || type !== "quorum" || setting("dead-letter-exchange") !== undefined) continue;
      const [short] = [...shortLife].find(([name, longest]) => Number(setting(name)) <= longest) ?? [];
      if (short === undefined) continue;
      report({
        what: `"${queue.name}" is a quorum queue, and ${short === "expires" ? "is deleted when nobody uses it" : "its messages expire"} after ${Number(setting(short)) / 1000} s.`,
        mark: keyMarkOf(queue.value, "type") ?? placeOf(short),
      });
    }
  },
};
