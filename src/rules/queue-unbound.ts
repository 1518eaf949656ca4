import { exchangeKey } from "../kinds/key.ts";
import { publishedKeys, vhostsPublishedByName } from "./lint/published.ts";
import { queueFacts } from "./lint/queues.ts";
import { bindingsTo, deadLetterQueues } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "queue-unbound",
  severity: "warning",
  summary: "A queue is bound to no exchange.",
  why: "Only who publishes to it by name, through the default exchange, reaches it; most often a binding was forgotten.",
  fix: 'Add "bind"; for a queue that is published to by name say so in "apps" (amq.default), or allow it.',
  check: (model, report) => {
    for (const { queue, type, isWritten } of queueFacts(model)) {
      // Clients of the stream protocol never publish through exchanges.
      if (!isWritten || type === "stream" || bindingsTo(model).has(queue.key)) continue;
      const { cluster, spec, name } = queue;
      const isByName =
        vhostsPublishedByName(model).has(JSON.stringify([cluster, spec.vhost])) ||
        publishedKeys(model)
          .get(exchangeKey(cluster, spec.vhost, ""))
          ?.has(name);
      if (isByName || deadLetterQueues(model).has(queue.key)) continue;
      report({ what: `"${name}" is bound to no exchange.`, mark: queue.mark });
    }
  },
};
