import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "prefetch-unbounded",
  severity: "warning",
  summary: "Consumers take messages without limit.",
  why: "The first consumer gets the whole backlog: it runs out of memory, and the others have nothing to do.",
  fix: "Set a prefetch: 1 where jobs are long, 100 to 300 where they are short.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<QueueWithOperations, never>("rabbitmq-queue")) {
      if (value.consumers?.prefetch !== 0 || value.consumers.ack === "auto") continue;
      report({
        what: `The consumers of "${name}" have prefetch 0, which is no limit.`,
        mark: keyMarkOf(value, "consumers", "prefetch") ?? mark,
      });
    }
  },
};
