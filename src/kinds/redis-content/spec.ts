import type { Json, JsonObject } from "../../topology/json.ts";
import { durationToMilliseconds } from "../../topology/units.ts";
import { keyOf } from "../key.ts";
import { clientSettings, jobOptions, rateLimit } from "./client-settings.ts";
import { defaultPrefix, type JobQueueValue, type ScheduleValue } from "./value.ts";

/** What a job queue holds inside Redis, and what its applications are to be started with. */
export type RedisContentSpec = {
  queue: string;
  library: { name: string; major: number };
  prefix: string;
  schedules: Record<string, ScheduleSpec>;
  /** BullMQ only. */
  globalConcurrency?: number;
  /** BullMQ only, per `duration` milliseconds: Bull's clients have theirs each. */
  rateLimit?: { max: number; duration: number };
  /** Only in applications, so never compared with Redis. Absent for what nobody declares. */
  client?: JsonObject;
};

/** A job scheduler; times in milliseconds, dates since 1970. */
export type ScheduleSpec = {
  name: string;
  data: Json;
  /** Of the jobs that it makes. */
  options: JsonObject;
  cron?: string;
  every?: number;
  timezone?: string;
  limit?: number;
  startDate?: number;
  endDate?: number;
};

export const jobQueueKey = (cluster: string, queue: string): string =>
  keyOf("redis", cluster, "queue", queue);
/** A schedule that nobody declares, as an object of its own. */
export const scheduleKey = (cluster: string, queue: string, schedule: string): string =>
  keyOf("redis", cluster, "queue", queue, "schedule", schedule);
/** A queue that is declared with another prefix now, or no more. */
export const formerQueueKey = (cluster: string, prefix: string, queue: string): string =>
  keyOf("redis", cluster, "former-queue", prefix, queue);

export const hasLimits = ({ globalConcurrency, rateLimit: limit }: RedisContentSpec): boolean =>
  globalConcurrency !== undefined || limit !== undefined;

/** Whether its last day has passed: nothing is to be written then, and nothing is missing. */
export const isOver = ({ endDate }: { readonly endDate?: number }): boolean =>
  endDate !== undefined && endDate <= Date.now();

/** Bull's own name for jobs that were added without one. */
const unnamedBullJob = "__default__";

export function redisContentSpec(name: string, value: JobQueueValue): RedisContentSpec {
  const limit = value.library.name === "bullmq" ? rateLimit(value) : undefined;
  const schedules = Object.entries(value.schedules ?? {});
  return {
    queue: name,
    library: { ...value.library },
    prefix: value.prefix ?? defaultPrefix,
    schedules: Object.fromEntries(schedules.map(([id, schedule]) => [id, scheduleSpec(id, schedule, value)])),
    ...(value.globalConcurrency !== undefined && { globalConcurrency: value.globalConcurrency }),
    ...(limit && { rateLimit: limit }),
    client: clientSettings(name, value),
  };
}

function scheduleSpec(id: string, schedule: ScheduleValue, value: JobQueueValue): ScheduleSpec {
  // When a job runs is for its schedule to say.
  const { delay: _delay, ...options } = jobOptions(value);
  const { cron, every, timezone, limit, startDate, endDate } = schedule;
  return {
    name: schedule.name ?? (value.library.name === "bull" ? unnamedBullJob : id),
    data: schedule.data ?? {},
    options,
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every: durationToMilliseconds(every) }),
    ...(timezone !== undefined && { timezone }),
    ...(limit !== undefined && { limit }),
    ...(startDate !== undefined && { startDate: Date.parse(startDate) }),
    ...(endDate !== undefined && { endDate: Date.parse(endDate) }),
  };
}
