import { type Connection, listPartitionReassignmentsV0 } from "@platformatic/kafka";
import { replyWithin } from "./kafka-reply.ts";
import type { PartitionState } from "./kafka-topics.ts";

/** By topic and partition: the brokers that a copy is being taken from. undefined where the login may not know. */
export type Moves = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>> | undefined;

/** Partitions that are on their way from some brokers to others. One request. `silence` in milliseconds. Throws BrokerError. */
export async function movesUnderWay(
  connection: Connection,
  address: string,
  silence: number,
): Promise<Moves> {
  const reply = listPartitionReassignmentsV0.api.async(connection, silence, null);
  const { errorCode, topics } = await replyWithin(silence, reply, connection, address);
  if (errorCode !== 0) return undefined;
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      new Map(partitions.map(({ partitionIndex, removingReplicas }) => [partitionIndex, removingReplicas])),
    ]),
  );
}

/**
 * Where the partitions of a topic are when its moves are done: while one lasts, a partition is on the old and on the new
 * brokers. Where moves can't be seen, those with more copies than others are taken to be moving.
 */
export function settledPartitions(
  topic: string,
  partitions: readonly { readonly partitionIndex: number; readonly replicaNodes: readonly number[] }[],
  moves: Moves,
): PartitionState[] {
  const fewest = Math.min(...partitions.map(({ replicaNodes }) => replicaNodes.length));
  return partitions.map(({ partitionIndex, replicaNodes }) => {
    if (!moves) return { replicas: replicaNodes.slice(0, fewest) };
    const leaving = moves.get(topic)?.get(partitionIndex) ?? [];
    return { replicas: replicaNodes.filter((broker) => !leaving.includes(broker)) };
  });
}
