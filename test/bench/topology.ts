import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Of the environment "bench": the brokers of its sandbox. */
const stack =
  'config: { queueform:environment: { engine: direct, clusters: { rabbitmq: { main: "${sandbox:rabbitmq}" }, kafka: { main: "${sandbox:kafka}" } } } }\n';

/**
 * Writes a project with `count` queues and bindings each, and as many topics unless it is told how many, split by domain
 * into files of 250, with three sets of limits over the queues so that policies are part of it. One exchange, one vhost.
 */
export function writeProject(directory: string, count: number, topics = count): void {
  writeTopology(directory, count, topics);
  mkdirSync(join(directory, "stacks"), { recursive: true });
  writeFileSync(join(directory, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  writeFileSync(join(directory, "stacks/Pulumi.bench.yaml"), stack);
}

/** The topology files of such a project; of its topics, no more than `topics`. */
export function writeTopology(directory: string, count: number, topics: number): void {
  mkdirSync(join(directory, "topology"), { recursive: true });
  for (let from = 0; from < count; from += 250) {
    const names = Array.from({ length: Math.min(250, count - from) }, (_, index) =>
      String(from + index).padStart(5, "0"),
    );
    const limits = [
      "limit: { messages: 1000 }",
      "limit: { messages: 5000, overflow: reject-publish }",
      "ttl: 1h",
    ];
    const queues = names.map(
      (name, index) =>
        `    queue.${name}: { type: classic, bind: [{ exchange: events, key: event.${name} }], ${limits[index % 3]} }`,
    );
    const topicNames = names.slice(0, Math.max(0, topics - from));
    const declared = topicNames.map(
      (name) => `    topic.${name}: { partitions: 3, replication: 1, retention: 7d }\n`,
    );
    const kafka = declared.length > 0 ? `kafka:\n  topics:\n${declared.join("")}` : "";
    const shared = from === 0 ? "  vhosts: { bench: {} }\n  exchanges: { events: { type: topic } }\n" : "";
    writeFileSync(
      join(directory, `topology/domain-${from}.yaml`),
      `apiVersion: queueform/v1\ndomain: domain-${from}\nrabbitmq:\n  vhost: bench\n${shared}  queues:\n${queues.join("\n")}\n${kafka}`,
    );
  }
}

/** Writes a project that is the shipped example `count` times over, on the same brokers and in the same vhost. */
export function writeExamples(directory: string, count: number): void {
  const example = join(import.meta.dirname, "../../topology");
  mkdirSync(join(directory, "topology"), { recursive: true });
  writeFileSync(join(directory, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
  for (const file of readdirSync(example).filter((name) => name.endsWith(".yaml"))) {
    const text = readFileSync(join(example, file), "utf8");
    for (let copy = 0; copy < count; copy++) {
      const own = text.replace(/\b(orders|audit|emails|pricing|reports|jobs|messaging)\b/g, `$1-${copy}`);
      const once = copy === 0 ? own : own.replace(/^ *vhosts:\n.*\n/m, "");
      writeFileSync(join(directory, `topology/${copy}-${file}`), once);
    }
  }
}
