import { cronProblem } from "../kinds/redis-content/cron.ts";
import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-cron-invalid",
  severity: "error",
  summary: "A cron expression can not be understood.",
  why: "The library refuses it, or never finds a time for it: no job is made.",
  fix: "Five fields say minute, hour, day, month and weekday: '0 9 * * *' is every day at nine.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      for (const [id, schedule] of Object.entries(value.schedules ?? {})) {
        const problem = schedule.cron === undefined ? undefined : cronProblem(schedule.cron);
        if (problem === undefined) continue;
        report({
          what: `The cron expression "${schedule.cron}" of the schedule "${id}" of "${name}" can't work: ${problem}.`,
          mark: markOf(schedule, "cron") ?? mark,
        });
      }
    }
  },
};
