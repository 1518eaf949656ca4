import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-timezone-invalid",
  severity: "error",
  summary: "A schedule names a time zone that does not exist.",
  why: "The library refuses it, and no job is made.",
  fix: "Use a name of the IANA database, such as Europe/Berlin or UTC.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      for (const [id, schedule] of Object.entries(value.schedules ?? {})) {
        if (schedule.timezone === undefined || isTimezone(schedule.timezone)) continue;
        report({
          what: `The schedule "${id}" of "${name}" names the time zone "${schedule.timezone}", which does not exist.`,
          mark: markOf(schedule, "timezone") ?? mark,
        });
      }
    }
  },
};

let listed: ReadonlySet<string> | undefined;

function isTimezone(name: string): boolean {
  listed ??= new Set(Intl.supportedValuesOf("timeZone"));
  // The list lacks other names of zones, such as UTC; making a format knows them all, and is slow the first time.
  return listed.has(name) || canFormat(name);
}

function canFormat(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    // A RangeError says that there is no such zone.
    return false;
  }
}
