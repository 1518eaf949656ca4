import { cronProblem } from "../../kinds/redis-content/cron.ts";
import {
  redisContentSpec,
  type RedisContentSpec,
  type ScheduleSpec,
} from "../../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../../kinds/redis-content/value.ts";
import { canonicalJson } from "../../kinds/key.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { JsonObject } from "../../topology/json.ts";
import { shapeProblem } from "./compiled.ts";

/** What a file says of one job queue. */
export const sectionWith = (cluster: string, queue: string, value: JsonObject): JsonObject => ({
  redis: { [cluster]: { on: "external", queues: { [queue]: value } } },
});

/** What says a schedule, if anything does: `whyNot` tells. */
export function scheduleWords(id: string, schedule: ScheduleSpec, library: string): JsonObject {
  const { name, data, cron, every, timezone, limit, startDate, endDate } = schedule;
  const isUsualName = name === (library === "bull" ? "__default__" : id);
  return {
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every: durationText(every) }),
    ...(timezone !== undefined && { timezone }),
    ...(!isUsualName && { name }),
    ...(canonicalJson(data) !== "{}" && { data }),
    ...(limit !== undefined && { limit }),
    ...(startDate !== undefined && { startDate: dateText(startDate) }),
    ...(endDate !== undefined && { endDate: dateText(endDate) }),
  };
}

const dateText = (time: number): string => new Date(time).toISOString().replace(".000Z", "Z");

/** Why a schedule can't be said; undefined when its words give exactly what it is. */
export function whyNot(
  spec: RedisContentSpec,
  value: JsonObject,
  id: string,
  words: JsonObject,
): string | undefined {
  const { queue, library } = spec;
  const schedule = spec.schedules[id]!;
  if (id.includes(":"))
    return library.name === "bull"
      ? "it was made without a jobId, so Bull knows it by all it says. Give it a jobId, and import again."
      : "names of schedules have no colons.";
  const problem = schedule.cron === undefined ? undefined : cronProblem(schedule.cron);
  if (problem !== undefined) return `its cron expression can't work: ${problem}.`;
  if (library.name === "bull" && schedule.every !== undefined && schedule.startDate !== undefined)
    return "Bull has no start date for schedules with every, and ignores the one it was given.";
  const whole = { ...value, schedules: { [id]: words } };
  const unknown = shapeProblem(sectionWith("jobs", queue, whole));
  if (unknown !== undefined) return unknown;
  const said = redisContentSpec(queue, whole as unknown as JobQueueValue).schedules[id]!;
  if (canonicalJson(said) === canonicalJson(schedule)) return undefined;
  return canonicalJson(said.options) === canonicalJson(schedule.options)
    ? "something of it has no word here."
    : "its jobs have other options than those of most schedules of the queue, or some that have no word here, and options are said of a queue as a whole.";
}
