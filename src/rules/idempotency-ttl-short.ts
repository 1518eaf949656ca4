import { secondsText, waitsOf } from "../kinds/redis-content/backoff.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import type { IdempotencyValue } from "../kinds/redis-server/idempotency.ts";
import { namedValues } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import { durationToMilliseconds } from "../topology/units.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "idempotency-ttl-short",
  severity: "warning",
  summary: "Handled messages are forgotten before their last retry.",
  why: "A job that comes back after that is handled a second time.",
  fix: "Make ttl longer than the longest time in which the same message may come back, replays of dead letters included.",
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap((file) => namedValues(file, "redis"))) {
      const { idempotency, queues = {} } = value as {
        idempotency?: IdempotencyValue;
        queues?: Readonly<Record<string, JobQueueValue>>;
      };
      if (!idempotency) continue;
      const ttl = durationToMilliseconds(idempotency.ttl);
      const spans = Object.entries(queues).map(([queue, options]) => ({ queue, span: spanOf(options) }));
      const longest = spans.toSorted((a, b) => b.span - a.span)[0];
      if (!longest || longest.span < ttl) continue;
      report({
        what: `What was handled is remembered for ${secondsText(ttl)} in the Redis "${name}", and jobs of "${longest.queue}" may be tried for ${secondsText(longest.span)}.`,
        mark: markOf(idempotency, "ttl") ?? mark,
      });
    }
  },
};

/** Milliseconds from the first attempt of a job to its last one, without what the attempts take. */
const spanOf = ({ library, attempts = 1, backoff }: JobQueueValue): number =>
  waitsOf(library.name, attempts, backoff).reduce((sum, wait) => sum + wait, 0);
