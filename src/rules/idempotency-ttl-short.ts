import { secondsText, waitsOf } from "../kinds/redis-content/backoff.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import type { RedisWithQueues } from "../patterns/job-queues/value.ts";
import { waits } from "../patterns/retry/ladder.ts";
import { type RetryValue, retryOf } from "../patterns/retry/value.ts";
import type { Model } from "../plan/model.ts";
import { namedValues } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import { durationToMilliseconds } from "../topology/units.ts";
import { carriersOf } from "./lint/carriers.ts";
import { messagesOf } from "./lint/messages.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "idempotency-ttl-short",
  severity: "warning",
  summary: "Handled messages are forgotten before their last retry.",
  why: "A message or job that comes back after that is handled a second time.",
  fix: "Make ttl longer than the longest time in which the same message may come back, replays of dead letters included.",
  check: (model, report) => {
    const remembering = model.files
      .flatMap((file) => namedValues(file, "redis"))
      .flatMap(({ name, value, mark }) => {
        const { idempotency, queues = {} } = value as unknown as RedisWithQueues;
        return idempotency ? [{ name, idempotency, queues, mark }] : [];
      });
    // With several nothing says which of them remembers a message.
    const messages = remembering.length === 1 ? messageSpans(model) : [];
    for (const { name, idempotency, queues, mark } of remembering) {
      const ttl = durationToMilliseconds(idempotency.ttl);
      const [longest] = [...Object.entries(queues).map(jobSpan), ...messages].toSorted(
        (a, b) => b.span - a.span,
      );
      if (!longest || longest.span < ttl) continue;
      report({
        what: `What was handled is remembered for ${secondsText(ttl)} in the Redis "${name}", and ${longest.who} may be tried for ${secondsText(longest.span)}.`,
        mark: markOf(idempotency, "ttl") ?? mark,
      });
    }
  },
};

/** From the first try to the last one, in milliseconds, without what the tries take. */
interface Span {
  readonly who: string;
  readonly span: number;
}

const sum = (all: readonly number[]): number => all.reduce((total, wait) => total + wait, 0);

const jobSpan = ([queue, { library, attempts = 1, backoff }]: [string, JobQueueValue]): Span => ({
  who: `jobs of "${queue}"`,
  span: sum(waitsOf(library.name, attempts, backoff)),
});

/** Of the messages that applications are to recognise when they come again, by all queues and topics that retry them. */
function messageSpans(model: Model): Span[] {
  return messagesOf(model).flatMap(({ name: message, value }) => {
    if (value["idempotencyKey"] === undefined) return [];
    const { queues, topics } = carriersOf(model, message);
    const spanIn = (name: string, retry: RetryValue | undefined): Span[] =>
      retry ? [{ who: `"${message}" in "${name}"`, span: sum(waits(retry)) }] : [];
    return [
      ...queues.flatMap(({ queue }) => spanIn(queue.name, retryOf(queue.value))),
      ...topics.flatMap(({ name, value: { retry } }) => spanIn(name, retry)),
    ];
  });
}
