import { Admin, ListOffsetTimestamps, metadataV12 } from "@platformatic/kafka";
import { type KafkaLogin, openConnection, securityOptions } from "./kafka-connection.ts";
import { kafkaFailure } from "./kafka-failure.ts";
import { replyWithin } from "./kafka-reply.ts";
import { usualSilence } from "./patience.ts";

/** What is in a topic now. */
export interface TopicContents {
  /** Between the first and the last offset of every partition: compacted records are counted too. */
  readonly messages: number;
  /** On all brokers together. */
  readonly bytes: number;
  /** Records that each consumer group has not read yet; groups that never committed an offset there are not listed. */
  readonly lag: Readonly<Record<string, number>>;
}

/**
 * By topic; topics that don't exist are left out. It asks the leaders, the coordinators of all groups and every broker's
 * disks, so the login may describe topics, groups and the cluster. Throws BrokerError.
 */
export async function topicContents(
  login: KafkaLogin,
  names: readonly string[],
): Promise<Map<string, TopicContents>> {
  // No names would mean all topics.
  const partitions = names.length > 0 ? await partitionsOf(login, names) : [];
  if (partitions.length === 0) return new Map();
  const { timeout = usualSilence } = login;
  const admin = new Admin({
    clientId: "queueform",
    bootstrapBrokers: [...login.bootstrap],
    timeout,
    connectTimeout: timeout,
    requestTimeout: timeout,
    retries: 1,
    ...securityOptions(login),
  });
  try {
    return await contentsOf(admin, partitions);
  } catch (error) {
    throw kafkaFailure(login.bootstrap.join(", "), error);
  } finally {
    await admin.close();
  }
}

interface Partition {
  readonly topic: string;
  readonly index: number;
}

const placeOf = (topic: string, index: number): string => `${topic}/${index}`;

async function contentsOf(
  admin: Admin,
  partitions: readonly Partition[],
): Promise<Map<string, TopicContents>> {
  const [first, last, bytes, read] = await Promise.all([
    offsetsAt(admin, partitions, ListOffsetTimestamps.EARLIEST),
    offsetsAt(admin, partitions, ListOffsetTimestamps.LATEST),
    bytesOf(admin, partitions),
    committedOffsets(admin),
  ]);
  return new Map(
    [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, own]): [string, TopicContents] => {
      const places = own.map(({ index }) => placeOf(topic, index));
      const messages = total(places.map((place) => between(first.get(place), last.get(place))));
      const lag = [...read].flatMap(([group, offsets]): [string, number][] => {
        const known = places.filter((place) => offsets.has(place));
        if (known.length === 0) return [];
        return [[group, total(known.map((place) => between(offsets.get(place), last.get(place))))]];
      });
      return [topic, { messages, bytes: bytes.get(topic) ?? 0, lag: Object.fromEntries(lag) }];
    }),
  );
}

/** Of the topics that exist. The library's own list of topics fails where any partition of the cluster has no leader. */
async function partitionsOf(login: KafkaLogin, names: readonly string[]): Promise<Partition[]> {
  const { connection, address, silence } = await openConnection(login);
  try {
    const reply = metadataV12.api.async(connection, [...names], false);
    const { topics } = await replyWithin(silence, reply, connection, address);
    return topics.flatMap(({ name, partitions }) =>
      name ? partitions.map(({ partitionIndex: index }) => ({ topic: name, index })) : [],
    );
  } finally {
    await connection.close();
  }
}

/** One entry for each topic, as requests have it. */
function perTopic<T>(
  partitions: readonly Partition[],
  one: (index: number) => T,
): { name: string; partitions: T[] }[] {
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  return [...topics].map(([name, own]) => ({ name, partitions: own.map(({ index }) => one(index)) }));
}

async function offsetsAt(
  admin: Admin,
  partitions: readonly Partition[],
  timestamp: bigint,
): Promise<Map<string, bigint>> {
  const topics = perTopic(partitions, (partitionIndex) => ({ partitionIndex, timestamp }));
  const found = await admin.listOffsets({ topics });
  return new Map(
    found.flatMap(({ name, partitions: offsets }) =>
      offsets.map(({ partitionIndex, offset }) => [placeOf(name, partitionIndex), offset]),
    ),
  );
}

async function bytesOf(admin: Admin, partitions: readonly Partition[]): Promise<Map<string, number>> {
  const brokers = await admin.describeLogDirs({ topics: perTopic(partitions, (index) => index) });
  const bytes = new Map<string, number>();
  for (const { name, partitions: replicas } of brokers.flatMap(({ results }) =>
    results.flatMap(({ topics }) => topics),
  )) {
    const size = total(replicas.map(({ partitionSize }) => Number(partitionSize)));
    bytes.set(name, (bytes.get(name) ?? 0) + size);
  }
  return bytes;
}

/** By group, then by partition. */
async function committedOffsets(admin: Admin): Promise<Map<string, Map<string, bigint>>> {
  const groups = [...(await admin.listGroups()).keys()];
  const found = groups.length > 0 ? await admin.listConsumerGroupOffsets({ groups }) : [];
  return new Map(
    found.map(({ groupId, topics }) => [
      groupId,
      new Map(
        topics.flatMap(({ name, partitions }) =>
          partitions
            .filter(({ committedOffset }) => committedOffset >= 0n)
            .map(({ partitionIndex, committedOffset }) => [placeOf(name, partitionIndex), committedOffset]),
        ),
      ),
    ]),
  );
}

const between = (from: bigint | undefined, to: bigint | undefined): number =>
  from === undefined || to === undefined || to < from ? 0 : Number(to - from);
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
