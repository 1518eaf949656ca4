import { findQueues } from "../../brokers/redis-find.ts";
import { type QueueAddress, type QueueContent, readQueues } from "../../brokers/redis-queues.ts";
import { openRedis, type RedisClient } from "../../brokers/redis.ts";
import type { RedisCluster } from "../../environment/environment.ts";
import type { SecretLookup } from "../../environment/secrets.ts";
import { keyOf } from "../../kinds/key.ts";
import { jobQueueKey, type RedisContentSpec, scheduleKey } from "../../kinds/redis-content/spec.ts";
import { defaultPrefix, supportedMajors } from "../../kinds/redis-content/value.ts";
import { neededSettings } from "../../kinds/redis-server/definition.ts";
import { contentSpec } from "../../live/redis-content.ts";
import { type MarkedQueue, readMarks } from "../../live/redis-marks.ts";
import { readSettings, redisLogin } from "../../live/redis.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Found, Note } from "../found.ts";

/**
 * The settings of a Redis, and the queues of Bull and BullMQ in it with their schedules and limits. Throws BrokerError, and
 * UsageError for a secret that is not set.
 */
export async function readRedis(cluster: RedisCluster, lookup: SecretLookup): Promise<Found> {
  const client = await openRedis(redisLogin(cluster, lookup));
  const place = `Redis ${cluster.host}:${cluster.port}`;
  try {
    const [server, marks] = await Promise.all([readServer(client, cluster.name, place), readMarks(client)]);
    const queues = await addressesIn(client, marks);
    const contents = await readQueues(client, queues);
    const seen = new Set<string>();
    const found = queues.map((address, index) => {
      const isFirst = !seen.has(address.queue);
      seen.add(address.queue);
      const content = contents[index]!;
      return isFirst
        ? readQueue(cluster.name, address, content, place)
        : hidden(cluster.name, address, place);
    });
    return {
      objects: [server, ...found].flatMap(({ objects }) => objects),
      notes: [server, ...found].flatMap(({ notes }) => notes),
      versions: new Map(),
      marked: new Set(
        marks.flatMap(({ address: { queue }, mark }) =>
          mark.schedules.map((id) => scheduleKey(cluster.name, queue, id)),
        ),
      ),
    };
  } finally {
    client.close();
  }
}

type Finding = Pick<Found, "objects" | "notes">;

/** Those that the libraries made, and those that only Queueform has written to so far; of one name the usual prefix first. */
async function addressesIn(client: RedisClient, marks: readonly MarkedQueue[]): Promise<QueueAddress[]> {
  const marked = marks.map(({ address }) => address);
  const contents = await readQueues(client, marked);
  const living = marked.filter((_, index) => contents[index]!.library !== undefined);
  const all = [...(await findQueues(client)), ...living].map(({ prefix, queue }) => ({ prefix, queue }));
  const distinct = new Map(all.map((address) => [JSON.stringify(address), address]));
  return [...distinct.values()].toSorted(
    (a, b) => Number(b.prefix === defaultPrefix) - Number(a.prefix === defaultPrefix),
  );
}

async function readServer(client: RedisClient, name: string, place: string): Promise<Finding> {
  const key = keyOf("redis", name, "server", name);
  const settings = await readSettings(client);
  const server = { kind: "redis-server", key, cluster: name, spec: { name, ...settings }, dependsOn: [] };
  const { maxmemoryPolicy, appendonly } = settings;
  const isFit =
    maxmemoryPolicy === neededSettings.maxmemoryPolicy && appendonly === neededSettings.appendonly;
  const text = `The Redis "${name}" has maxmemory-policy ${maxmemoryPolicy} and appendonly ${appendonly}. Job queues need ${neededSettings.maxmemoryPolicy} and ${neededSettings.appendonly}, or they lose jobs, and a file can't say otherwise: drift reports it until whoever runs this Redis changes it.`;
  return { objects: [server], notes: isFit ? [] : [{ place, about: key, text }] };
}

function readQueue(cluster: string, address: QueueAddress, content: QueueContent, place: string): Finding {
  const { prefix, queue } = address;
  const key = jobQueueKey(cluster, queue);
  const { name = "bullmq", major } = content.library ?? {};
  const living = content.schedules.filter(({ isAlive }) => isAlive);
  const spec: RedisContentSpec = {
    prefix,
    queue,
    library: { name, major: major ?? supportedMajors[name] },
    ...contentSpec({ ...content, schedules: living }),
  };
  const object: PlanObject = { kind: "redis-content", key, cluster, spec, dependsOn: [] };
  const notes = content.schedules
    .filter(({ isAlive }) => !isAlive)
    .map(({ id }): Note => ({
      place,
      about: key,
      key: scheduleKey(cluster, queue, id),
      text: `The schedule "${id}" of the job queue "${queue}" makes no more jobs: its next one is not in Redis, because it has made all, or because somebody deleted it.`,
    }));
  return { objects: [object], notes };
}

function hidden(cluster: string, { prefix, queue }: QueueAddress, place: string): Finding {
  const text = `There is another job queue "${queue}", with the prefix "${prefix}". A file has one of a name.`;
  return { objects: [], notes: [{ place, about: jobQueueKey(cluster, queue), text }] };
}
