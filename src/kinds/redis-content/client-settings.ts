import type { Json, JsonObject } from "../../topology/json.ts";
import { durationToMilliseconds } from "../../topology/units.ts";
import { defaultPrefix, type JobQueueValue, type RemovalValue } from "./value.ts";

/** What the library calls JobsOptions: the options of jobs that don't say otherwise. */
export function jobOptions(value: JobQueueValue): JsonObject {
  const { backoff, removeOnComplete, removeOnFail, priority, delay } = value;
  return {
    attempts: value.attempts ?? 1,
    ...(backoff && {
      backoff: {
        type: backoff.type,
        delay: durationToMilliseconds(backoff.delay),
        ...(backoff.jitter !== undefined && { jitter: backoff.jitter }),
      },
    }),
    ...(removeOnComplete !== undefined && { removeOnComplete: removal(removeOnComplete) }),
    ...(removeOnFail !== undefined && { removeOnFail: removal(removeOnFail) }),
    ...(priority !== undefined && { priority }),
    ...(delay !== undefined && { delay: durationToMilliseconds(delay) }),
  };
}

export function rateLimit({
  rateLimit: limit,
}: JobQueueValue): { max: number; duration: number } | undefined {
  return limit && { max: limit.max, duration: durationToMilliseconds(limit.duration) };
}

/**
 * What an application makes its queue and its worker with: `new Queue(name, { connection, ...queue })` and
 * `new Worker(name, work, { connection, ...worker })`; with Bull `new Queue(name, { redis, ...queue })` and
 * `queue.process(worker.concurrency, work)`.
 */
export function clientSettings(name: string, value: JobQueueValue): JsonObject {
  const prefix = value.prefix ?? defaultPrefix;
  const isBull = value.library.name === "bull";
  const limiter = rateLimit(value);
  const concurrency = value.concurrency ?? 1;
  return {
    name,
    library: { ...value.library },
    // BullMQ keeps the limit for all workers together in Redis; Bull has it from each client.
    queue: { prefix, defaultJobOptions: jobOptions(value), ...(isBull && limiter && { limiter }) },
    worker: isBull ? { concurrency } : { prefix, concurrency },
    deadLetter: typeof value.deadLetter === "object" ? { queue: value.deadLetter.queue } : "failed-set",
    ...(value.data && { data: { ...value.data } }),
  };
}

/** The libraries count age in seconds. */
function removal(value: RemovalValue): Json {
  if (typeof value !== "object") return value;
  const { age, count } = value;
  return {
    ...(age !== undefined && { age: Math.ceil(durationToMilliseconds(age) / 1000) }),
    ...(count !== undefined && { count }),
  };
}
