/**
 * Which brokers keep a partition after its replication factor changed. Copies stay where they are as far as possible;
 * new ones go to other brokers in turn, partition by partition, so that no broker gets them all.
 */
export function assignReplicas(
  current: readonly number[],
  brokers: readonly number[],
  factor: number,
  partition: number,
): number[] {
  const sorted = [...brokers].toSorted((a, b) => a - b);
  const rotated = [...sorted.slice(partition % sorted.length), ...sorted.slice(0, partition % sorted.length)];
  return [...current, ...rotated.filter((broker) => !current.includes(broker))].slice(0, factor);
}
