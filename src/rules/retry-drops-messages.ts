import { queueKey } from "../kinds/key.ts";
import { deadLetterQueueOf } from "../patterns/dead-letter.ts";
import { type QueueWithRetry, retriesAtLeastOnce, retryOf } from "../patterns/retry/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { type QueueFacts, queueFacts } from "./lint/queues.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "retry-drops-messages",
  severity: "error",
  summary: "A message that is retried can be dropped on its way.",
  why: "Whoever rejects a message to have it retried counts on its coming back.",
  fix: "Make the queue a quorum queue that refuses what is beyond its limit: the broker then keeps a message until its next queue has it.",
  check: (model, report) => {
    const all = queueFacts(model);
    const byKey = new Map(all.map((facts) => [facts.queue.key, facts]));
    for (const facts of all) {
      const { queue, type, setting, placeOf } = facts;
      const { cluster, name, mark } = queue;
      const value: QueueWithRetry = queue.value;
      if (!retryOf(value)) continue;

      if (type === "classic" && refusesWhenFull(facts)) {
        report({
          what: `When "${name}" is full, it refuses the messages that come back to it.`,
          why: "A classic queue sends its dead letters without waiting for a confirmation: what is refused is gone.",
          fix: "Make it a quorum queue, or use overflow reject-publish-dlx.",
          mark: placeOf("overflow"),
        });
      }

      if (value.autoDelete === true || setting("expires") !== undefined) {
        report({
          what: `"${name}" can be deleted while some of its messages wait for their retry.`,
          why: "They come back to a queue that is not there any more.",
          fix: 'Remove "autoDelete" or "expires".',
          mark: value.autoDelete ? (keyMarkOf(value, "autoDelete") ?? mark) : placeOf("expires"),
        });
      }

      const deadLetters = byKey.get(queueKey(cluster, queue.spec.vhost, deadLetterQueueOf(name, value)));
      if (deadLetters && !retriesAtLeastOnce(value) && refusesWhenFull(deadLetters)) {
        const other = deadLetters.queue.name;
        report({
          what: `When "${other}" is full, it refuses the dead letters of "${name}".`,
          why: "A queue that is classic, or drops its oldest message, sends its dead letters without waiting for a confirmation: what is refused is gone.",
          fix: `Take the limit off "${other}" and set an alert, or make "${name}" a quorum queue with overflow reject-publish.`,
          mark: keyMarkOf(value, "deadLetter", "queue") ?? mark,
        });
      }
    }
  },
};

function refusesWhenFull({ setting }: QueueFacts): boolean {
  const isLimited = setting("max-length") !== undefined || setting("max-length-bytes") !== undefined;
  return isLimited && setting("overflow") === "reject-publish";
}
