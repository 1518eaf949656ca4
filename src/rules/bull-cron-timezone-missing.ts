import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-cron-timezone-missing",
  severity: "warning",
  summary: "A cron expression does not say in which time zone.",
  why: "The zone of whatever machine makes the next job counts: the hour differs between environments, and may move twice a year.",
  fix: "Add timezone, for example Asia/Seoul, or UTC.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      for (const [id, schedule] of Object.entries(value.schedules ?? {})) {
        if (schedule.cron === undefined || schedule.timezone !== undefined) continue;
        report({
          what: `The schedule "${id}" of "${name}" has a cron expression, and no time zone.`,
          mark: keyMarkOf(schedule, "cron") ?? mark,
        });
      }
    }
  },
};
