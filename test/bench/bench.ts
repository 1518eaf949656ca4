// The only place with absolute limits. Each figure is the median of several runs of whole processes, the compared ones in
// turn, so that a machine that gets slower gets slower for both. Writes BENCHMARK.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { KafkaClient } from "../../src/brokers/kafka.ts";
import { readSandbox, type SandboxState } from "../../src/sandbox/state.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import { measure, median, type Run } from "./measure.ts";
import { engine } from "../provision/engine.ts";
import { measurePulumi } from "./pulumi.ts";
import { writeProject } from "./topology.ts";

const root = join(import.meta.dirname, "../..");
const queueform = [process.execPath, join(root, "bin/queueform.mjs")];
const raw = [process.execPath, join(import.meta.dirname, "raw.ts")];
const emptyNode = [process.execPath, "-e", "0"];
const stack =
  'config: { queueform:environment: { engine: direct, clusters: { rabbitmq: { main: "${sandbox:rabbitmq}" }, kafka: { main: "${sandbox:kafka}" } } } }\n';

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  /** Absent where there is no limit. */
  readonly met?: boolean;
}
const rows: Row[] = [];

function record(what: string, measured: string, limit: string, met: boolean): void {
  rows.push({ what, measured, limit, met });
  process.stderr.write(`${met ? "met   " : "MISSED"}  ${what}: ${measured} (limit ${limit})\n`);
}

function note(what: string, measured: string): void {
  rows.push({ what, measured, limit: "none" });
  process.stderr.write(`        ${what}: ${measured}\n`);
}

/** Runs the commands in turn, `times` rounds after a warm-up, with `between` before each run. */
async function compare(
  commands: readonly (readonly string[])[],
  directory: string,
  times: number,
  between?: () => Promise<void>,
): Promise<Run[]> {
  const runs: Run[][] = commands.map(() => []);
  for (let round = 0; round <= times; round++) {
    for (const [index, command] of commands.entries()) {
      await between?.();
      const run = await measure(command, directory);
      if (round > 0) runs[index]!.push(run);
    }
  }
  return runs.map((list) => ({
    seconds: median(list.map(({ seconds }) => seconds)),
    megabytes: median(list.map(({ megabytes }) => megabytes)),
  }));
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** Deletes what the last run made, and waits until the brokers have. */
async function empty(state: SandboxState): Promise<void> {
  const { endpoint, username, password } = state.rabbitmq!;
  await fetch(`${endpoint}/api/vhosts/bench`, {
    method: "DELETE",
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` },
  });
  const client = await KafkaClient.connect({ bootstrap: state.kafka!.bootstrap, tls: false });
  const names = (await client.topics()).filter(({ internal }) => !internal).map(({ name }) => name);
  if (names.length > 0) await client.deleteTopics(names);
  while ((await client.topics()).some(({ internal }) => !internal))
    await new Promise((resolve) => setTimeout(resolve, 200));
  await client.close();
}

const directory = mkdtempSync(join(tmpdir(), "queueform-bench-"));
try {
  const large = join(directory, "large");
  writeProject(large, 3333, stack);
  const [node, version] = await compare([emptyNode, [...queueform, "--version"]], large, 9);
  record(
    "`--version`",
    `${(version!.seconds / node!.seconds).toFixed(2)} x \`node -e 0\` (${seconds(node!.seconds)})`,
    "2 x",
    version!.seconds <= 2 * node!.seconds,
  );

  const [validate, plan] = await compare(
    [
      [...queueform, "validate"],
      [...queueform, "plan", "--env", "bench", "--output", "json"],
    ],
    large,
    3,
  );
  for (const [name, run] of [
    ["validate", validate!],
    ["plan", plan!],
  ] as const) {
    record(
      `\`${name}\` of 10,000 objects`,
      `${seconds(run.seconds)}, ${run.megabytes.toFixed(0)} MB`,
      "2 s, 500 MB",
      run.seconds < 2 && run.megabytes < 500,
    );
  }

  const small = join(directory, "small");
  writeProject(small, 1000, stack);
  const sandbox = join(small, ".queueform/sandbox/bench");
  await startSandbox({
    directory: sandbox,
    parts: ["rabbitmq", "kafka"],
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    const state = readSandbox(sandbox)!;
    const saved = join(directory, "plan.json");
    writeFileSync(
      saved,
      execFileSync(queueform[0]!, [...queueform.slice(1), "plan", "--env", "bench", "--output", "json"], {
        cwd: small,
        maxBuffer: 2 ** 30,
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    const files = [saved, join(sandbox, "state.json")];
    const [rawCreate, apply] = await compare(
      [
        [...raw, "create", ...files],
        [...queueform, "apply", "--env", "bench"],
      ],
      small,
      3,
      () => empty(state),
    );
    const ratio = apply!.seconds / rawCreate!.seconds;
    record(
      "`apply` of 1,000 queues + 1,000 bindings + 1,000 topics to empty brokers",
      `${ratio.toFixed(2)} x the raw bulk calls (${seconds(apply!.seconds)}, ${seconds(rawCreate!.seconds)})`,
      "1.5 x",
      ratio <= 1.5,
    );

    const [rawRead, again, drift] = await compare(
      [
        [...raw, "read", ...files],
        [...queueform, "apply", "--env", "bench"],
        [...queueform, "drift", "--env", "bench"],
      ],
      small,
      5,
    );
    // The raw process starts Node too: what it needs beyond that is the reads.
    const reads = rawRead!.seconds - node!.seconds;
    for (const [name, run] of [
      ["apply` that has nothing to do", again!],
      ["drift` that finds nothing", drift!],
    ] as const) {
      const allowed = 3 * reads + node!.seconds;
      record(
        `\`${name}, the same objects`,
        `${((run.seconds - node!.seconds) / reads).toFixed(2)} x the raw reads, plus Node's start (${seconds(run.seconds)}; reads ${seconds(reads)})`,
        "3 x",
        run.seconds <= allowed,
      );
    }
  } finally {
    await stopSandbox(sandbox);
  }

  const throughPulumi =
    "`pulumi up --skip-preview` of 400 queues + 400 bindings + 200 topics to empty brokers";
  if (engine) {
    const { apply, up, preview } = await measurePulumi();
    const measured = `${(up / apply).toFixed(1)} x \`apply\` of the same (${seconds(up)}, ${seconds(apply)}), once`;
    note(throughPulumi, `${measured}; then \`pulumi preview\` ${seconds(preview)}`);
  } else note(throughPulumi, "skipped: there is no Pulumi engine on PATH");
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const table = rows.map(
  ({ what, measured, limit, met }) =>
    `| ${what} | ${measured} | ${limit} | ${met === undefined ? "" : met ? "yes" : "**no**"} |`,
);
writeFileSync(
  join(root, "BENCHMARK.md"),
  `# Benchmark

Written by \`npm run bench\`: whole processes, medians, compared commands in turn in the same run. Node ${process.versions.node},
${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB. Read the ratios; the seconds are this machine's.

| what | measured | limit | met |
| --- | --- | --- | --- |
${table.join("\n")}
`,
);
process.exitCode = rows.every(({ met }) => met !== false) ? 0 : 1;
