import type { QueueAddress } from "./redis-queues.ts";
import type { RedisClient, RedisCommand } from "./redis.ts";

const perCall = 1000;

/** What Bull keeps beside the counter of its jobs, and as what. Anybody may have a key that ends in ":id". */
const placesOfBull: Readonly<Record<string, string>> = {
  wait: "list",
  active: "list",
  paused: "list",
  delayed: "zset",
  completed: "zset",
  failed: "zset",
  priority: "zset",
  repeat: "zset",
};

/**
 * Finds the queues of Bull and BullMQ in a Redis by their keys. It goes over all keys, about a hundred thousand a second, without
 * holding up others. A queue of Bull's that has no jobs at all is found under its usual prefix only. Throws BrokerError.
 */
export async function findQueues(client: RedisClient): Promise<QueueAddress[]> {
  const bullmq = await findBullmq(client);
  const bull = await findBull(client);
  return [...new Set([...bullmq, ...bull])].toSorted().flatMap((base) => {
    // Names can't have a colon, prefixes can.
    const colon = base.lastIndexOf(":");
    const address = { prefix: base.slice(0, colon), queue: base.slice(colon + 1) };
    return colon > 0 && address.queue !== "" ? [address] : [];
  });
}

async function findBullmq(client: RedisClient): Promise<string[]> {
  const bases = await basesOf(client, "meta", "hash");
  const answers = await send(
    client,
    bases.flatMap((base) => [
      ["hmget", `${base}:meta`, "version", "opts.maxLenEvents"] as const,
      ["type", `${base}:repeat`] as const,
    ]),
  );
  return bases.filter((_, index) => {
    const [version, maxLength] = answers[index * 2] as (string | null)[];
    return (version?.startsWith("bullmq:") || maxLength != null) && isOr(answers[index * 2 + 1], "zset");
  });
}

async function findBull(client: RedisClient): Promise<string[]> {
  const bases = await basesOf(client, "id", "string");
  const places = Object.entries(placesOfBull);
  const perQueue = places.length + 2;
  const answers = await send(
    client,
    bases.flatMap((base) => [
      ["get", `${base}:id`] as const,
      ["type", `${base}:meta`] as const,
      ...places.map(([place]) => ["type", `${base}:${place}`] as const),
    ]),
  );
  return bases.filter((base, index) => {
    const [counter, meta, ...types] = answers.slice(index * perQueue, (index + 1) * perQueue);
    const isAsBull = places.every(([, type], at) => isOr(types[at], type));
    const isInUse = types.some((type) => type !== "none") || base.startsWith("bull:");
    return /^\d+$/.test(String(counter)) && meta === "none" && isAsBull && isInUse;
  });
}

const isOr = (type: unknown, wanted: string): boolean => type === wanted || type === "none";

/** What stands before ":<name>" in the keys of one type. */
async function basesOf(client: RedisClient, name: string, type: string): Promise<string[]> {
  const bases = new Set<string>();
  let cursor = "0";
  do {
    const [answer] = await client.send([
      ["scan", cursor, "MATCH", `*:${name}`, "COUNT", String(perCall), "TYPE", type],
    ]);
    const [next, keys] = answer as [string, string[]];
    for (const key of keys) bases.add(key.slice(0, -name.length - 1));
    cursor = next;
  } while (cursor !== "0");
  return [...bases];
}

async function send(client: RedisClient, commands: readonly RedisCommand[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (let from = 0; from < commands.length; from += perCall)
    answers.push(...(await client.send(commands.slice(from, from + perCall))));
  return answers;
}
