import { BrokerError } from "../brokers/error.ts";
import { contentOf, optionsOf } from "../brokers/redis-json.ts";
import type { QueueAddress } from "../brokers/redis-queues.ts";
import type { RedisClient } from "../brokers/redis.ts";
import { isObject } from "../topology/json.ts";

/**
 * What Queueform wrote into a job queue. It stands beside the queue and not in it: an application that writes the same
 * schedule again, as many do when they start, would wipe out a mark inside.
 */
export interface Mark {
  readonly library: { readonly name: string; readonly major: number };
  /** Ids of schedules. */
  readonly schedules: readonly string[];
  /** Whether a global concurrency or rate limit was declared. */
  readonly limits: boolean;
}

/** One hash for all queues of a Redis, so that also those are found that nobody declares any more. */
const marksKey = "queueform:job-queues";

const fieldOf = ({ prefix, queue }: QueueAddress): string => JSON.stringify([prefix, queue]);

export interface MarkedQueue {
  readonly address: QueueAddress;
  readonly mark: Mark;
}

/** Throws BrokerError. */
export async function readMarks(client: RedisClient): Promise<MarkedQueue[]> {
  const [answer] = await client.send([["hgetall", marksKey]]);
  return Object.entries(answer as Record<string, string>).map(([field, text]) => {
    const [prefix, queue] = [contentOf(field)].flat();
    if (typeof prefix !== "string" || typeof queue !== "string") throw unreadable(field);
    return { address: { prefix, queue }, mark: markIn(text, field) };
  });
}

function markIn(text: string, field: string): Mark {
  const { library, schedules, limits } = optionsOf(text);
  if (!isObject(library) || !Array.isArray(schedules) || typeof limits !== "boolean") throw unreadable(field);
  return {
    library: { name: String(library["name"]), major: Number(library["major"]) },
    schedules: schedules.map(String),
    limits,
  };
}

const unreadable = (field: string): BrokerError =>
  new BrokerError(
    `The field ${JSON.stringify(field)} of the hash ${marksKey} is not as Queueform writes it, so nobody knows which schedules are its own. Delete the field (HDEL); the next apply writes it anew.`,
  );

/** undefined takes the mark away. Throws BrokerError. */
export async function writeMark(
  client: RedisClient,
  address: QueueAddress,
  mark: Mark | undefined,
): Promise<void> {
  const field = fieldOf(address);
  await client.send([mark ? ["hset", marksKey, field, JSON.stringify(mark)] : ["hdel", marksKey, field]]);
}

/** Throws BrokerError. */
export async function readMark(client: RedisClient, address: QueueAddress): Promise<Mark | undefined> {
  const [text] = await client.send([["hget", marksKey, fieldOf(address)]]);
  return typeof text === "string" ? markIn(text, fieldOf(address)) : undefined;
}
