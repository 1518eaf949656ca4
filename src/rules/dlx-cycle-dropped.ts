import { droppingCycles } from "./lint/deaths.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlx-cycle-dropped",
  severity: "error",
  summary: "Dead letters go in a circle, and the broker drops them on the way.",
  why: "RabbitMQ drops a dead letter that comes back to a queue where it died, unless a consumer rejected it in between. Nothing reports it. Before 3.13 one that was ever rejected goes round without end instead.",
  fix: 'Lead those deaths to a queue outside of the circle; "retry" builds waits that lose nothing.',
  check: (model, report) => {
    for (const { path, reasons, mark } of droppingCycles(model)) {
      const steps = path.map((name, index) => `"${name}" (${reasons[index]!})`).join(", then from ");
      report({
        what: `A message dead-lettered from ${steps} would come back to "${path[0]!}", and is dropped there.`,
        mark,
      });
    }
  },
};
