import { type Declared, namedValues, textOf, type TopologyFile } from "../topology/file.ts";

/** The entries of a block of RabbitMQ objects, such as `rabbitmq: queues:`, on the file's cluster and vhost. */
export function declareInVhost<Value>(
  file: TopologyFile,
  kind: string,
  block: string,
  keyOf: (cluster: string, vhost: string, name: string) => string,
): Declared<Value>[] {
  const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
  const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
  return namedValues(file, "rabbitmq", block).map(({ name, value, mark }) => ({
    kind,
    key: keyOf(cluster, vhost, name),
    cluster,
    vhost,
    name,
    // The schema has been checked before anything is compiled.
    value: value as Value,
    mark,
  }));
}
