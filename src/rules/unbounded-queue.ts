import { isDisposable, type QueueFacts, queueFacts } from "./lint/queues.ts";
import { deadLetterQueues } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

const bounding = ["max-length", "max-length-bytes", "message-ttl"];

export const rule: Rule = {
  id: "unbounded-queue",
  severity: "warning",
  summary: "No queue of a vhost has a limit, a lifetime or an alert.",
  why: "A consumer that stops fills the disk, and then the broker blocks every publisher of every vhost.",
  fix: 'Add "limit: { messages: ..., overflow: reject-publish }" to the queues that could grow.',
  check: (model, report) => {
    const vhosts = Map.groupBy(queueFacts(model), ({ queue }) =>
      JSON.stringify([queue.cluster, queue.spec.vhost]),
    );
    for (const queues of vhosts.values()) {
      // Where some have a limit, somebody has thought about it, and those without one are a choice.
      const written = queues.filter(({ isWritten }) => isWritten);
      if (written.some((facts) => isBounded(facts) || "alert" in facts.queue.value)) continue;
      const [first, ...others] = written.filter(
        (facts) =>
          facts.type !== "stream" && !isDisposable(facts) && !deadLetterQueues(model).has(facts.queue.key),
      );
      if (!first) continue;
      const { queue } = first;
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      report({
        what: `"${queue.name}"${more} in vhost "${queue.spec.vhost}" may grow without limit.`,
        mark: queue.mark,
      });
    }
  },
};

const isBounded = ({ setting }: QueueFacts): boolean => bounding.some((name) => setting(name) !== undefined);
