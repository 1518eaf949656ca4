import { BrokerError } from "./error.ts";
import type { FoundSchedule, QueueAddress, QueueWriter, Schedule } from "./redis-queues.ts";
import { contentOf, optionsOf } from "./redis-json.ts";
import { connectionOptions, type RedisClient, type RedisLogin } from "./redis.ts";

/** `repeat` is the sorted set of the schedulers' ids and the times of their next jobs. Throws BrokerError. */
export async function readBullmqSchedules(
  client: RedisClient,
  { prefix, queue }: QueueAddress,
  repeat: readonly (readonly [id: string, next: string])[],
): Promise<FoundSchedule[]> {
  if (repeat.length === 0) return [];
  const key = `${prefix}:${queue}:repeat`;
  const answers = await client.send(
    repeat.flatMap(([id, next]) => [
      ["hgetall", `${key}:${id}`] as const,
      ["exists", `${key}:${id}:${next}`] as const,
    ]),
  );
  return repeat.map(([id], index) => {
    const hash = answers[index * 2] as Record<string, string>;
    const number = (field: string): number | undefined =>
      hash[field] === undefined ? undefined : Number(hash[field]);
    return {
      id,
      name: hash["name"] ?? id,
      data: contentOf(hash["data"] ?? "{}"),
      options: optionsOf(hash["opts"] ?? "{}"),
      isAlive: answers[index * 2 + 1] === 1,
      ...defined({
        cron: hash["pattern"],
        every: number("every"),
        timezone: hash["tz"],
        limit: number("limit"),
        startDate: number("startDate"),
        endDate: number("endDate"),
      }),
    };
  });
}

/** Writes by BullMQ's own code: a scheduler is a hash, a member of a set and a job, made together by its script. */
export async function openBullmqQueue(
  login: RedisLogin,
  { prefix, queue: name }: QueueAddress,
): Promise<QueueWriter> {
  // Loaded here and not above: only writing needs it.
  const { Queue } = await import("bullmq");
  const queue = new Queue(name, {
    prefix,
    connection: connectionOptions(login),
    // The version that stands in Redis is the applications'.
    skipMetasUpdate: true,
  });
  let lost: Error | undefined;
  queue.on("error", (error) => (lost = error));
  const orFailure = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      const reason = lost ?? (error instanceof Error ? error : new Error(String(error)));
      throw new BrokerError(`BullMQ can't write to the queue "${name}": ${reason.message}`, { cause: error });
    }
  };
  return {
    put: ({ id, name: job, data, options, cron, every, timezone, limit, startDate, endDate }: Schedule) =>
      orFailure(
        queue.upsertJobScheduler(
          id,
          defined({ pattern: cron, every, tz: timezone, limit, startDate, endDate }),
          { name: job, data, ...(options && { opts: options }) },
        ),
      ),
    remove: (id) => orFailure(queue.removeJobScheduler(id)),
    limitConcurrency: (limit) =>
      orFailure(limit === undefined ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(limit)),
    limitRate: (limit) =>
      orFailure(limit ? queue.setGlobalRateLimit(limit.max, limit.duration) : queue.removeGlobalRateLimit()),
    close: () => queue.close(),
  };
}

/** Without what is undefined. */
function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
