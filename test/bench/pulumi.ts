import { Clone } from "../provision/engine.ts";
import { writeTopology } from "./topology.ts";

const stack = (engine: string): string =>
  `config: { queueform:environment: { engine: ${engine}, clusters: { rabbitmq: { main: "\${sandbox:rabbitmq}" }, kafka: { main: "\${sandbox:kafka}" } } } }\n`;

/** Seconds of whole processes. */
export interface PulumiRun {
  readonly apply: number;
  readonly up: number;
  /** Of `pulumi preview` when nothing is to be done. */
  readonly preview: number;
}

/** The same 400 queues, 400 bindings and 200 topics through both engines, each to empty brokers of its own, once. */
export async function measurePulumi(): Promise<PulumiRun> {
  const clone = new Clone();
  try {
    writeTopology(clone.directory, 400, 200);
    for (const [environment, engine] of [
      ["dev", "pulumi"],
      ["direct", "direct"],
    ] as const) {
      clone.write(`stacks/Pulumi.${environment}.yaml`, stack(engine));
      await clone.start(["rabbitmq", "kafka"], "4", environment);
    }
    await clone.pulumi(["stack", "init", "dev"]);
    return {
      apply: await timed(() => clone.queueform(["apply", "--env", "direct"])),
      up: await timed(() => clone.pulumi(["up", "--yes", "--skip-preview", "--stack=dev"])),
      preview: await timed(() => clone.pulumi(["preview", "--expect-no-changes", "--stack=dev"])),
    };
  } finally {
    await clone.remove();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
