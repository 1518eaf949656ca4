import { type Connection, metadataV12 } from "@platformatic/kafka";
import { replyWithin } from "./kafka-reply.ts";

/** What lacks of the copies of a topic, by partition. */
export interface ReplicationGap {
  readonly topic: string;
  /** Somebody leads them, and not all of the other copies are up to date. */
  readonly underReplicated: readonly number[];
  readonly leaderless: readonly number[];
}

export interface NamedTopics {
  /** Names that this login may not see, whether there is such a topic or not: a list of all topics leaves them out. */
  readonly hidden: readonly string[];
  /** Topics whose copies are not complete. */
  readonly gaps: readonly ReplicationGap[];
}

/** Kafka's code for a topic that the login may not describe. */
const notAuthorized = 29;

/** One request; topics that don't exist are left out. `silence` in milliseconds. Throws BrokerError. */
export async function describeTopics(
  connection: Connection,
  address: string,
  names: readonly string[],
  silence: number,
): Promise<NamedTopics> {
  // No names would mean all topics.
  if (names.length === 0) return { hidden: [], gaps: [] };
  const reply = metadataV12.api.async(connection, [...names], false);
  const { topics } = await replyWithin(silence, reply, connection, address);
  return {
    hidden: topics.flatMap(({ name, errorCode }) => (name && errorCode === notAuthorized ? [name] : [])),
    gaps: topics.flatMap(({ name, partitions }) => {
      const numbers = (of: typeof partitions): number[] => of.map(({ partitionIndex }) => partitionIndex);
      const [led, lost] = [
        partitions.filter(({ leaderId }) => leaderId >= 0),
        partitions.filter(({ leaderId }) => leaderId < 0),
      ];
      const underReplicated = numbers(
        led.filter(({ isrNodes, replicaNodes }) => isrNodes.length < replicaNodes.length),
      );
      const leaderless = numbers(lost);
      return name && underReplicated.length + leaderless.length > 0
        ? [{ topic: name, underReplicated, leaderless }]
        : [];
    }),
  };
}
