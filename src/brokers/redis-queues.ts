import { readBullSchedules } from "./redis-bull.ts";
import { readBullmqSchedules } from "./redis-bullmq.ts";
import type { RedisClient } from "./redis.ts";

/** Where a job queue's keys are: `<prefix>:<queue>:...`. */
export interface QueueAddress {
  readonly prefix: string;
  readonly queue: string;
}

/** A job scheduler (BullMQ) or repeatable job (Bull). Times in milliseconds, dates since 1970. */
export interface Schedule {
  /** What Bull knows no id of goes by its whole key. */
  readonly id: string;
  readonly name: string;
  /** Absent when Bull, which keeps it in the next job only, has no such job. */
  readonly data?: unknown;
  /** Of the jobs that it makes. Absent for the same reason. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly cron?: string;
  readonly every?: number;
  readonly timezone?: string;
  readonly limit?: number;
  readonly startDate?: number;
  readonly endDate?: number;
}

export interface FoundSchedule extends Schedule {
  /** False when its next job is not in Redis: it never makes another one. */
  readonly isAlive: boolean;
}

/** What a queue holds beside its jobs. */
export interface QueueContent {
  /** Absent when no library has been here. Bull doesn't write its version down. */
  readonly library?: { readonly name: "bullmq" | "bull"; readonly major?: number };
  readonly schedules: readonly FoundSchedule[];
  readonly globalConcurrency?: number;
  readonly rateLimit?: { readonly max: number; readonly duration: number };
}

/** Writes what `readQueues` reads, with the queue's own library. Every method throws BrokerError. */
export interface QueueWriter {
  /** Makes a schedule, or changes the one with the same id. */
  put(schedule: Schedule): Promise<void>;
  /** Also removes the job that waits for its time. */
  remove(id: string): Promise<void>;
  /** undefined takes the limit away. */
  limitConcurrency(limit: number | undefined): Promise<void>;
  /** undefined takes the limit away. */
  limitRate(limit: { readonly max: number; readonly duration: number } | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Reads many queues in two round trips. Throws BrokerError. */
export async function readQueues(
  client: RedisClient,
  addresses: readonly QueueAddress[],
): Promise<QueueContent[]> {
  const answers = await client.send(
    addresses.flatMap(({ prefix, queue }) => [
      ["hgetall", `${prefix}:${queue}:meta`] as const,
      ["zrange", `${prefix}:${queue}:repeat`, "0", "-1", "WITHSCORES"] as const,
      ["exists", `${prefix}:${queue}:id`] as const,
    ]),
  );
  return Promise.all(
    addresses.map(async (address, index): Promise<QueueContent> => {
      const meta = answers[index * 3] as Record<string, string>;
      const repeat = inPairs(answers[index * 3 + 1] as string[]);
      const isUsed = answers[index * 3 + 2] === 1;
      // Only BullMQ has a hash of this name.
      if (Object.keys(meta).length > 0) {
        const major = /^bullmq:(\d+)\./.exec(meta["version"] ?? "")?.[1];
        return {
          library: { name: "bullmq", ...(major !== undefined && { major: Number(major) }) },
          schedules: await readBullmqSchedules(client, address, repeat),
          ...(meta["concurrency"] !== undefined && { globalConcurrency: Number(meta["concurrency"]) }),
          ...(meta["max"] !== undefined &&
            meta["duration"] !== undefined && {
              rateLimit: { max: Number(meta["max"]), duration: Number(meta["duration"]) },
            }),
        };
      }
      if (!isUsed && repeat.length === 0) return { schedules: [] };
      return { library: { name: "bull" }, schedules: await readBullSchedules(client, address, repeat) };
    }),
  );
}

/** [member, score] of a sorted set. */
const inPairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((member, index) => (index % 2 === 0 ? [[member, flat[index + 1]!]] : []));

/** Where both libraries keep jobs that still have work to do, as the command that counts them. */
const unfinished = {
  llen: ["wait", "paused", "active"],
  zcard: ["delayed", "prioritized", "waiting-children"],
} as const;

/** How many jobs of each queue wait, are delayed or are being worked on. Throws BrokerError. */
export async function countJobs(client: RedisClient, addresses: readonly QueueAddress[]): Promise<number[]> {
  const perQueue = Object.entries(unfinished).flatMap(([command, places]) =>
    places.map((place) => [command, place] as const),
  );
  const counts = await client.send(
    addresses.flatMap(({ prefix, queue }) =>
      perQueue.map(([command, place]) => [command, `${prefix}:${queue}:${place}`] as const),
    ),
  );
  return addresses.map((_, index) =>
    counts
      .slice(index * perQueue.length, (index + 1) * perQueue.length)
      .reduce((sum: number, count) => sum + Number(count), 0),
  );
}
