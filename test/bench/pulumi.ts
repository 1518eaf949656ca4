import { Clone, engine } from "../provision/engine.ts";
import { type Report, seconds } from "./measure.ts";
import { writeTopology } from "./topology.ts";

const stack = (owner: string): string =>
  `config: { queueform:environment: { engine: ${owner}, clusters: { rabbitmq: { main: "\${sandbox:rabbitmq}" }, kafka: { main: "\${sandbox:kafka}" } } } }\n`;

/** What the other engine takes, where there is one. */
export async function benchPulumi(report: Report): Promise<void> {
  const what = "`pulumi up --skip-preview` of 400 queues + 400 bindings + 200 topics to empty brokers";
  if (!engine) {
    report.note(what, "skipped: there is no Pulumi engine on PATH");
    return;
  }
  const { apply, up, preview } = await measurePulumi();
  const measured = `${(up / apply).toFixed(1)} x \`apply\` of the same (${seconds(up)}, ${seconds(apply)}), once`;
  report.note(what, `${measured}; then \`pulumi preview\` ${seconds(preview)}`);
}

/** Seconds of whole processes. */
interface PulumiRun {
  readonly apply: number;
  readonly up: number;
  /** Of `pulumi preview` when nothing is to be done. */
  readonly preview: number;
}

/** The same 400 queues, 400 bindings and 200 topics through both engines, each to empty brokers of its own, once. */
async function measurePulumi(): Promise<PulumiRun> {
  const clone = new Clone();
  try {
    writeTopology(clone.directory, 400, 200);
    for (const [environment, owner] of [
      ["dev", "pulumi"],
      ["direct", "direct"],
    ] as const) {
      clone.write(`stacks/Pulumi.${environment}.yaml`, stack(owner));
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
