import type { FoundSchedule, QueueContent } from "../brokers/redis-queues.ts";
import { readQueues } from "../brokers/redis-queues.ts";
import type { RedisClient } from "../brokers/redis.ts";
import {
  formerQueueKey,
  hasLimits,
  isOver,
  type RedisContentSpec,
  scheduleKey,
  type ScheduleSpec,
} from "../kinds/redis-content/spec.ts";
import { supportedMajors } from "../kinds/redis-content/value.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Json, JsonObject } from "../topology/json.ts";
import { type Mark, type MarkedQueue, readMarks } from "./redis-marks.ts";

/**
 * What the declared job queues hold inside Redis. Schedules that somebody else made in them are objects of their own, and
 * so are queues that Queueform wrote to and that nobody declares any more. Throws BrokerError.
 */
export async function readContents(
  client: RedisClient,
  cluster: string,
  desired: readonly PlanObject[],
): Promise<PlanObject[]> {
  const marks = await readMarks(client);
  const declared = new Set(desired.map(({ spec }) => place(spec as RedisContentSpec)));
  const markAt = new Map(marks.map(({ address, mark }) => [place(address), mark]));
  const former = marks.filter(({ address }) => !declared.has(place(address)));
  const contents = await readQueues(client, [
    ...desired.map(({ spec }) => spec as RedisContentSpec),
    ...former.map(({ address }) => address),
  ]);
  return [
    ...desired.flatMap((object, index) =>
      declaredQueue(object, contents[index]!, markAt.get(place(object.spec as RedisContentSpec))),
    ),
    ...former.flatMap((queue, index) => formerQueue(cluster, queue, contents[desired.length + index]!)),
  ];
}

const place = ({ prefix, queue }: { prefix: string; queue: string }): string =>
  JSON.stringify([prefix, queue]);

function declaredQueue(
  { kind, key, cluster, spec: desired }: PlanObject,
  content: QueueContent,
  mark: Mark | undefined,
): PlanObject[] {
  const wanted = desired as RedisContentSpec;
  const { queue, prefix, client } = wanted;
  const ours = new Set([...Object.keys(wanted.schedules), ...(mark?.schedules ?? [])]);
  const library = libraryOf(content, wanted.library);
  const foreign = content.schedules
    .filter(({ id }) => !ours.has(id))
    .map((schedule): PlanObject => {
      const spec: RedisContentSpec = {
        queue,
        library,
        prefix,
        schedules: { [schedule.id]: specOf(schedule) },
      };
      return { kind, cluster, key: scheduleKey(cluster, queue, schedule.id), spec, dependsOn: [] };
    });
  // A queue comes to life with its first job; until then there is something to make only if it holds more than jobs.
  const pending = Object.values(wanted.schedules).some((schedule) => !isOver(schedule));
  if (!content.library && !mark && (pending || hasLimits(wanted))) return foreign;
  const spec: RedisContentSpec = {
    queue,
    library,
    prefix,
    schedules: living(content, wanted, ours),
    ...limitsOf(content),
    ...(client && { client }),
  };
  return [{ kind, key, cluster, spec, dependsOn: [] }, ...foreign];
}

/** Our schedules as they are, without those that stopped making jobs before their time. */
function living(
  { schedules }: QueueContent,
  wanted: RedisContentSpec,
  ours: ReadonlySet<string>,
): Record<string, ScheduleSpec> {
  const found = schedules.flatMap((schedule): [string, ScheduleSpec][] => {
    const { id, isAlive, limit } = schedule;
    if (!ours.has(id)) return [];
    const asWanted = Object.hasOwn(wanted.schedules, id) ? wanted.schedules[id] : undefined;
    if (isAlive || !asWanted) return [[id, specOf(schedule)]];
    // It has made all its jobs, and what Bull kept only in the last of them may be gone with it.
    const isDone = (limit ?? asWanted.limit) !== undefined || isOver(schedule);
    return isDone ? [[id, { ...asWanted, ...specOf(schedule) }]] : [];
  });
  const known = new Set(found.map(([id]) => id));
  // Neither library takes a schedule that is over.
  const over = Object.entries(wanted.schedules).filter(
    ([id, schedule]) => !known.has(id) && isOver(schedule),
  );
  return Object.fromEntries([...found, ...over]);
}

function formerQueue(cluster: string, { address, mark }: MarkedQueue, content: QueueContent): PlanObject[] {
  const schedules = content.schedules.filter(({ id }) => mark.schedules.includes(id));
  const spec: RedisContentSpec = {
    ...address,
    library: libraryOf(content, mark.library),
    schedules: Object.fromEntries(schedules.map((schedule) => [schedule.id, specOf(schedule)])),
    ...(mark.limits && limitsOf(content)),
  };
  if (schedules.length === 0 && !hasLimits(spec)) return [];
  const key = formerQueueKey(cluster, address.prefix, address.queue);
  return [{ kind: "redis-content", key, cluster, spec, dependsOn: [] }];
}

/** Where Redis doesn't say which major, it is the declared one, or the only one that is known of the other library. */
function libraryOf(
  { library: found }: QueueContent,
  declared: RedisContentSpec["library"],
): RedisContentSpec["library"] {
  if (!found) return { ...declared };
  const usual = found.name === declared.name ? declared.major : supportedMajors[found.name];
  return { name: found.name, major: found.major ?? usual };
}

/** What a queue holds in Redis, as a topology would say it. */
export const contentSpec = (
  content: QueueContent,
): Pick<RedisContentSpec, "schedules" | "globalConcurrency" | "rateLimit"> => ({
  schedules: Object.fromEntries(content.schedules.map((schedule) => [schedule.id, specOf(schedule)])),
  ...limitsOf(content),
});

const limitsOf = ({
  globalConcurrency,
  rateLimit,
}: QueueContent): Pick<RedisContentSpec, "globalConcurrency" | "rateLimit"> => ({
  ...(globalConcurrency !== undefined && { globalConcurrency }),
  ...(rateLimit && { rateLimit: { ...rateLimit } }),
});

function specOf({ id: _id, isAlive: _isAlive, data, options, ...rest }: FoundSchedule): ScheduleSpec {
  // JSON.parse made them.
  return {
    ...rest,
    ...(data !== undefined && { data: data as Json }),
    // Without a number of attempts, or with none at all, both libraries try a job once.
    ...(options && { options: { ...(options as JsonObject), attempts: (options["attempts"] as Json) || 1 } }),
  } as ScheduleSpec;
}
