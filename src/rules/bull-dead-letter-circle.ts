import { jobQueueKey, type RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import type { Compiled } from "../plan/model.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

type Queue = Compiled<JobQueueValue, RedisContentSpec>;

export const rule: Rule = {
  id: "bull-dead-letter-circle",
  severity: "error",
  summary: "The dead letters of a job queue come back to it.",
  why: "A job that can never succeed goes round for ever, with a full set of attempts each time.",
  fix: "Let the last queue keep its failed jobs: deadLetter: failed-set.",
  check: ({ ofKind }, report) => {
    const queues = ofKind<JobQueueValue, RedisContentSpec>("redis-content");
    const byKey = new Map(queues.map((queue) => [queue.key, queue]));
    const nextOf = ({ cluster, value: { deadLetter } }: Queue): Queue | undefined =>
      typeof deadLetter === "object" ? byKey.get(jobQueueKey(cluster, deadLetter.queue)) : undefined;
    for (const queue of queues) {
      const seen = new Set<Queue>();
      let next = nextOf(queue);
      while (next && next !== queue && !seen.has(next)) {
        seen.add(next);
        next = nextOf(next);
      }
      if (next !== queue) continue;
      report({
        what: `Jobs that fail in "${queue.name}" come back to "${queue.name}".`,
        mark: markOf(queue.value, "deadLetter", "queue") ?? queue.mark,
      });
    }
  },
};
