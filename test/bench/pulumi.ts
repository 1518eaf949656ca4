import { Clone, engine } from "../provision/engine.ts";
import { type Report, seconds } from "./measure.ts";
import { writeTopology } from "./topology.ts";

const stack = (owner: string): string =>
  `config: { queueform:environment: { engine: ${owner}, clusters: { rabbitmq: { main: "\${sandbox:rabbitmq}" }, kafka: { main: "\${sandbox:kafka}" } } } }\n`;

/** What the other engine takes, where there is one. */
export async function benchPulumi(report: Report): Promise<void> {
  const what =
    "`pulumi up --skip-preview` (PULUMI_SKIP_CHECKPOINTS) of 1,000 queues + 1,000 bindings + 1,000 topics to empty brokers";
  const refreshed = "`drift` of the same against `pulumi refresh --preview-only`";
  if (!engine) {
    for (const line of [what, refreshed]) report.note(line, "skipped: there is no Pulumi engine on PATH");
    return;
  }
  const { apply, up, preview, refresh, drift } = await measurePulumi();
  const measured = `${(up / apply).toFixed(1)} x \`apply\` of the same (${seconds(up)}, ${seconds(apply)}), once`;
  report.note(what, `${measured}; then \`pulumi preview\` ${seconds(preview)}`);
  report.record(
    refreshed,
    `${(refresh / drift).toFixed(1)} x faster (${seconds(drift)}, ${seconds(refresh)}), once`,
    "10 x",
    refresh >= 10 * drift,
  );
}

/** Seconds of whole processes. */
interface PulumiRun {
  readonly apply: number;
  readonly up: number;
  /** Of `pulumi preview` when nothing is to be done. */
  readonly preview: number;
  /** Of what tells about the brokers when nothing has changed there. */
  readonly refresh: number;
  readonly drift: number;
}

/** The same 1,000 queues, bindings and topics through both engines, each to empty brokers of its own, once. */
async function measurePulumi(): Promise<PulumiRun> {
  const clone = new Clone();
  try {
    writeTopology(clone.directory, 1000, 1000);
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
      up: await timed(() =>
        clone.pulumi(["up", "--yes", "--skip-preview", "--stack=dev"], { PULUMI_SKIP_CHECKPOINTS: "true" }),
      ),
      preview: await timed(() => clone.pulumi(["preview", "--expect-no-changes", "--stack=dev"])),
      refresh: await timed(() =>
        clone.pulumi(["refresh", "--preview-only", "--expect-no-changes", "--stack=dev"]),
      ),
      drift: await timed(() => clone.queueform(["drift", "--env", "dev"])),
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
