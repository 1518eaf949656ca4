import { redisContentSpec, type RedisContentSpec, scheduleKey } from "../../kinds/redis-content/spec.ts";
import { defaultPrefix, type JobQueueValue } from "../../kinds/redis-content/value.ts";
import { neededSettings } from "../../kinds/redis-server/definition.ts";
import { canonicalJson } from "../../kinds/key.ts";
import type { Manifest } from "../../kinds/kubernetes-object/manifest.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { deploymentWords } from "../redis-deployment.ts";
import type { JsonObject } from "../../topology/json.ts";
import { clusterPlace } from "../found.ts";
import { shapeProblem } from "./compiled.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { clientWords, optionWords, rateLimitWords } from "./job-options.ts";
import { scheduleWords, sectionWith, whyNot } from "./schedules.ts";

const onlyInApplications =
  "Redis doesn't know what applications are started with, so it is not said here: attempts, backoff, delay, priority, removeOnComplete and removeOnFail of jobs, concurrency of workers, and Bull's rateLimit.";
const asItsSchedules =
  "Attempts and the like are those of its schedules; what applications give to other jobs is not in Redis.";

/** Finds words for a Redis and the job queues in it. */
export function writeRedis(objects: readonly PlanObject[], cluster: string): Part {
  const place = clusterPlace("redis", cluster);
  const deployed = objects.filter(({ kind }) => kind === "kubernetes-object");
  const manifests = deployed.map(({ spec }) => spec as Manifest);
  const words = deployed[0] && deploymentWords(cluster, deployed[0].cluster, manifests);
  const servers = objects.filter(({ kind }) => kind === "redis-server");
  const queues = objects.filter(({ kind }) => kind === "redis-content").map(writeQueue);
  const server: Entry = {
    block: "",
    name: cluster,
    value: words ?? { on: "external" },
    says: [...servers, ...deployed].map(({ key }) => key),
    comments: queues.length > 0 && !words ? [onlyInApplications] : [],
  };
  return {
    broker: "redis",
    cluster,
    place,
    entries: [server, ...queues.flatMap(({ entry }) => entry)],
    unsaid: queues.flatMap(({ unsaid }) => unsaid),
    asSaid: [
      // Nobody writes these: a Redis that has others is named, and stays as it is.
      ...servers.map((object) => ({ ...object, spec: { ...object.spec, ...neededSettings } })),
      ...queues.flatMap(({ asSaid }) => asSaid),
    ],
  };
}

interface WrittenQueue {
  readonly entry: Entry[];
  readonly asSaid: PlanObject[];
  readonly unsaid: Unsaid[];
}

function writeQueue(object: PlanObject): WrittenQueue {
  const { kind, key, cluster } = object;
  const spec = object.spec as RedisContentSpec;
  const { queue } = spec;
  const known = spec.client && clientWords(spec.client);
  const options = known ? {} : usualOptions(spec);
  const value = { ...queueWords(spec, options), ...known };
  const problem = shapeProblem(sectionWith(cluster, queue, value));
  if (problem !== undefined) {
    const reason = `The job queue "${queue}" has no word here: ${problem}`;
    return { entry: [], asSaid: [], unsaid: [{ object, reason }] };
  }
  const schedules = Object.entries(spec.schedules).map(([id, schedule]) => {
    const words = scheduleWords(id, schedule, spec.library.name);
    return { id, schedule, words, reason: whyNot(spec, value, id, words) };
  });
  const said = schedules.filter(({ reason }) => reason === undefined);
  const whole: JsonObject = {
    ...value,
    ...(said.length > 0 && { schedules: Object.fromEntries(said.map(({ id, words }) => [id, words])) }),
  };
  const { client } = redisContentSpec(queue, whole as unknown as JobQueueValue);
  const entry: Entry = {
    block: "queues",
    name: queue,
    value: whole,
    says: [key],
    comments: Object.keys(options).length > 0 ? [asItsSchedules] : [],
  };
  const asSaid: RedisContentSpec = {
    ...spec,
    schedules: Object.fromEntries(said.map(({ id, schedule }) => [id, schedule])),
    // Only in applications: whatever the file says of it differs from nothing.
    ...(client && { client }),
  };
  const unsaid = schedules.flatMap(({ id, schedule, reason }): Unsaid[] =>
    reason === undefined
      ? []
      : [
          {
            object: {
              kind,
              key: scheduleKey(cluster, queue, id),
              cluster,
              spec: { ...spec, schedules: { [id]: schedule } },
              dependsOn: [],
            },
            reason: `The schedule "${id}" of the job queue "${queue}" is not said: ${reason}`,
            beside: key,
          },
        ],
  );
  return { entry: [entry], asSaid: [{ ...object, spec: asSaid }], unsaid };
}

/** Options are said of a queue, for all its schedules: those that most of them have and that can be said. */
function usualOptions({ library, schedules }: RedisContentSpec): JsonObject {
  const groups = [...Map.groupBy(Object.values(schedules), ({ options }) => canonicalJson(options)).values()];
  return (
    groups
      .toSorted((a, b) => b.length - a.length)
      .map(([first]) => optionWords(first!.options, library.name))
      .find((words) => words !== undefined) ?? {}
  );
}

const queueWords = (
  { library, prefix, globalConcurrency, rateLimit }: RedisContentSpec,
  options: JsonObject,
): JsonObject => ({
  library: { ...library },
  ...(prefix !== defaultPrefix && { prefix }),
  ...options,
  ...(globalConcurrency !== undefined && { globalConcurrency }),
  ...(rateLimit && { rateLimit: rateLimitWords(rateLimit) }),
});
