import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-scheduler-pattern-and-every",
  severity: "error",
  summary: "A schedule has both cron and every, or neither.",
  why: "The library refuses it, and no job is ever made.",
  fix: "Write either cron or every.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      for (const [id, schedule] of Object.entries(value.schedules ?? {})) {
        if ((schedule.cron === undefined) !== (schedule.every === undefined)) continue;
        report({
          what: `The schedule "${id}" of "${name}" has ${schedule.cron === undefined ? "neither cron nor every" : "both cron and every"}.`,
          mark: keyMarkOf(value, "schedules", id) ?? mark,
        });
      }
    }
  },
};
