import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import { compare, queueform, type Report, type Runs, seconds } from "./measure.ts";
import { writeProject, writeTopology } from "./topology.ts";

const rounds = 3;

/** Whether `drift` of ten times as much takes more than ten times as long, start-up aside. */
export async function benchScale(report: Report, directory: string): Promise<void> {
  const [start, tenth] = await driftOf(join(directory, "tenth"), 1000, 200);
  const [, whole] = await driftOf(join(directory, "whole"), 10_000, 2000);
  const growth = (whole!.seconds - start!.seconds) / (tenth!.seconds - start!.seconds);
  const took = `${seconds(whole!.seconds)}, ${seconds(tenth!.seconds)}; start-up ${seconds(start!.seconds)}`;
  report.record(
    "`drift` of 10,000 queues + 10,000 bindings + 2,000 topics against a tenth of each",
    `${growth.toFixed(1)} x as long, start-up aside (${took}), ${whole!.megabytes.toFixed(0)} MB`,
    "10 x, 800 MB",
    growth <= 10 && whole!.megabytes < 800,
  );
}

/** Puts so many queues, bindings and topics on empty brokers, then measures `validate` of a single queue and `drift` of all. */
async function driftOf(project: string, count: number, topics: number): Promise<Runs[]> {
  const sandbox = join(project, ".queueform/sandbox/bench");
  writeProject(project, count, topics);
  writeTopology(join(project, "one-queue"), 1, 0);
  await startSandbox({
    directory: sandbox,
    parts: ["rabbitmq", "kafka"],
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    const [node, ...script] = queueform;
    execFileSync(node!, [...script, "apply", "--env", "bench"], {
      cwd: project,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const commands = [
      ["validate", "one-queue/topology"],
      ["drift", "--env", "bench"],
    ];
    return await compare(
      commands.map((command) => [...queueform, ...command]),
      project,
      rounds,
    );
  } finally {
    await stopSandbox(sandbox);
  }
}
