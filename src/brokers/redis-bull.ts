import { createHash } from "node:crypto";
import type { CronRepeatOptions, EveryRepeatOptions } from "bull";
import { BrokerError } from "./error.ts";
import type { FoundSchedule, QueueAddress, QueueWriter, Schedule } from "./redis-queues.ts";
import { contentOf, optionsOf } from "./redis-json.ts";
import { connectionOptions, type RedisClient, type RedisLogin } from "./redis.ts";

/**
 * Reads repeatable jobs. Bull 4 has nothing of them but a key, `name:id:endDate:timezone:cron` or `name:id:endDate:every`
 * (lib/repeatable.js); all else is in the options of the next job. Throws BrokerError.
 */
export async function readBullSchedules(
  client: RedisClient,
  { prefix, queue }: QueueAddress,
  repeat: readonly (readonly [key: string, next: string])[],
): Promise<FoundSchedule[]> {
  if (repeat.length === 0) return [];
  const answers = await client.send(
    repeat.map(
      ([key, next]) => ["hmget", `${prefix}:${queue}:${nextJobId(key, next)}`, "data", "opts"] as const,
    ),
  );
  const taken = new Set<string>();
  return repeat.map(([key], index) => {
    const [data, options] = answers[index] as (string | null)[];
    const { name, id, endDate, timezone, cron, every } = partsOf(key);
    // An application that changes a cron expression without removing the old one has two with one id.
    const label = id === "" || taken.has(id) ? key : id;
    taken.add(label);
    const found = { id: label, name, isAlive: data !== null && data !== undefined };
    const rhythm = {
      ...(cron === undefined ? { every: Number(every) } : { cron }),
      ...(cron !== undefined && timezone !== "" && { timezone }),
      ...(endDate !== "" && { endDate: Number(endDate) }),
    };
    if (typeof data !== "string" || typeof options !== "string") return { ...found, ...rhythm };
    const {
      repeat: details,
      jobId: _jobId,
      delay: _delay,
      timestamp: _timestamp,
      prevMillis: _prevMillis,
      ...rest
    } = optionsOf(options);
    const { limit, startDate } = (details ?? {}) as { limit?: number; startDate?: number };
    return {
      ...found,
      ...rhythm,
      data: contentOf(data),
      options: rest,
      ...(limit !== undefined && { limit }),
      ...(startDate !== undefined && { startDate: new Date(startDate).getTime() }),
    };
  });
}

interface KeyParts {
  readonly name: string;
  readonly id: string;
  readonly endDate: string;
  readonly timezone?: string;
  readonly cron?: string;
  readonly every?: string;
}

function partsOf(key: string): KeyParts {
  const [name = "", id = "", endDate = "", fourth = "", cron] = key.split(":");
  return { name, id, endDate, ...(cron === undefined ? { every: fourth } : { timezone: fourth, cron }) };
}

function nextJobId(key: string, next: string): string {
  const { name, id } = partsOf(key);
  return `repeat:${md5(`${name}${id}:${md5(key)}`)}:${next}`;
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** Writes by Bull's own code. */
export async function openBullQueue(
  login: RedisLogin,
  { prefix, queue: name }: QueueAddress,
): Promise<QueueWriter> {
  // Loaded here and not above: only writing to a queue of Bull's needs it.
  const { default: Bull } = await import("bull");
  const queue = new Bull(name, {
    prefix,
    redis: connectionOptions(login),
  });
  let lost: Error | undefined;
  queue.on("error", (error) => (lost = error));
  const orFailure = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = lost ?? (error instanceof Error ? error : new Error(String(error)));
      throw new BrokerError(`Bull can't write to the queue "${name}": ${reason.message}`, { cause: error });
    }
  };
  const remove = async (wanted: string): Promise<void> => {
    const repeatables = await queue.getRepeatableJobs();
    for (const { id, key } of repeatables) {
      if (key === wanted || id === wanted) await queue.removeRepeatableByKey(key);
    }
  };
  const noLimits = async (limit: unknown): Promise<void> => {
    if (limit !== undefined) throw new BrokerError(`Bull has no limits in Redis for the queue "${name}".`);
  };
  return {
    // Whatever changes is part of Bull's key: the old one would go on beside the new one.
    put: ({ id, name: job, data, options, ...schedule }) =>
      orFailure(async () => {
        await remove(id);
        await queue.add(job, data, { ...options, jobId: id, repeat: repeatOptions(schedule) });
      }),
    remove: (id) => orFailure(() => remove(id)),
    limitConcurrency: noLimits,
    limitRate: noLimits,
    close: () => queue.close(),
  };
}

function repeatOptions({
  cron,
  every,
  timezone,
  limit,
  startDate,
  endDate,
}: Omit<Schedule, "id" | "name">): CronRepeatOptions | EveryRepeatOptions {
  const bounds = {
    ...(limit !== undefined && { limit }),
    ...(startDate !== undefined && { startDate }),
    ...(endDate !== undefined && { endDate }),
    ...(timezone !== undefined && { tz: timezone }),
  };
  return cron === undefined ? { ...bounds, every: every ?? 0 } : { ...bounds, cron };
}
