import { BrokerError } from "../brokers/error.ts";
import { openBullQueue } from "../brokers/redis-bull.ts";
import { openBullmqQueue } from "../brokers/redis-bullmq.ts";
import type { QueueWriter } from "../brokers/redis-queues.ts";
import { openRedis, type RedisClient, type RedisLogin } from "../brokers/redis.ts";
import type { RedisCluster } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { canonicalJson } from "../kinds/key.ts";
import { hasLimits, isOver, type RedisContentSpec } from "../kinds/redis-content/spec.ts";
import { readMark, writeMark } from "../live/redis-marks.ts";
import { redisLogin } from "../live/redis.ts";
import type { Change } from "../review/changes.ts";
import type { OnProgress, Rejected } from "./writer.ts";

/**
 * Writes what job queues hold inside Redis. Throws BrokerError when Redis can't be asked any more; resolves to what was
 * refused, which the settings of a Redis that somebody else runs always are.
 */
export async function writeRedis(
  cluster: RedisCluster,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const [queues, servers] = [true, false].map((isQueue) =>
    changes.filter(({ kind }) => (kind === "redis-content") === isQueue),
  ) as [Change[], Change[]];
  const rejected: Rejected[] = servers.map(({ key, sentence }) => ({ key, reason: sentence }));
  if (queues.length === 0) return rejected;
  const login = redisLogin(cluster, lookup);
  const client = await openRedis(login);
  try {
    for (const change of queues) {
      const spec = (change.after ?? change.before)!.spec as RedisContentSpec;
      onProgress(`job queue ${spec.queue}`);
      rejected.push(...(await writeQueue(client, login, change)));
    }
    return rejected;
  } finally {
    client.close();
  }
}

async function writeQueue(client: RedisClient, login: RedisLogin, change: Change): Promise<Rejected[]> {
  const before = change.before?.spec as RedisContentSpec | undefined;
  const after = change.after?.spec as RedisContentSpec | undefined;
  const spec = (after ?? before)!;
  const { key } = change;
  if (before && after && canonicalJson(before.library) !== canonicalJson(after.library)) {
    return [
      {
        key,
        reason: `In Redis this queue belongs to ${titleOf(before)}, and the file says ${titleOf(after)}. They don't read each other's schedules, so nothing was written. Bring the applications or the file up to date, or choose another prefix.`,
      },
    ];
  }
  const open = spec.library.name === "bull" ? openBullQueue : openBullmqQueue;
  const writer = await open(login, spec);
  try {
    await write(client, writer, before, after);
    return [];
  } catch (error) {
    if (error instanceof BrokerError) return [{ key, reason: error.message }];
    throw error;
  } finally {
    await writer.close();
  }
}

const titleOf = ({ library }: RedisContentSpec): string =>
  `${library.name === "bull" ? "Bull" : "BullMQ"} ${library.major}`;

async function write(
  client: RedisClient,
  writer: QueueWriter,
  before: RedisContentSpec | undefined,
  after: RedisContentSpec | undefined,
): Promise<void> {
  const was = before?.schedules ?? {};
  const becomes = after?.schedules ?? {};
  const spec = (after ?? before)!;
  const gone = Object.keys(was).filter((id) => !Object.hasOwn(becomes, id));
  const mark = await readMark(client, spec);
  const marked = mark?.schedules ?? [];
  // The mark comes first: a run that is killed between the two must not leave a schedule that nobody owns.
  if (after) {
    const schedules = [...new Set([...marked, ...Object.keys(becomes)])];
    await writeMark(client, spec, { library: spec.library, schedules, limits: hasLimits(after) });
  }
  for (const id of gone) await writer.remove(id);
  for (const [id, schedule] of Object.entries(becomes)) {
    const isThere = Object.hasOwn(was, id);
    if (isThere && canonicalJson(was[id]) === canonicalJson(schedule)) continue;
    if (!isOver(schedule)) await writer.put({ id, ...schedule });
    else if (isThere) await writer.remove(id);
  }
  if (before?.globalConcurrency !== after?.globalConcurrency)
    await writer.limitConcurrency(after?.globalConcurrency);
  if (canonicalJson(before?.rateLimit ?? null) !== canonicalJson(after?.rateLimit ?? null))
    await writer.limitRate(after?.rateLimit);
  const left = after ? Object.keys(becomes) : marked.filter((id) => !gone.includes(id));
  const limits = after ? hasLimits(after) : mark?.limits === true && !hasLimits(spec);
  const isNeeded = after !== undefined || left.length > 0 || limits;
  await writeMark(client, spec, isNeeded ? { library: spec.library, schedules: left, limits } : undefined);
}
