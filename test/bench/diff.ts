import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compare, queueform, type Report, seconds } from "./measure.ts";
import { writeProject } from "./topology.ts";

/** GitHub refuses longer comments, in characters. */
const longestComment = 65_536;

/** Two projects of 10,000 objects: what a reviewer waits for. */
export async function benchDiff(report: Report, directory: string): Promise<void> {
  const old = join(directory, "old");
  writeProject(old, 3333);
  const diff = (format: string): string[] => [...queueform, "diff", "--against", old, "--output", format];
  const few = changedBy(directory, 100);
  const [run] = await compare([diff("json")], few, 5, { expected: 1 });
  report.record(
    "`diff` of two topologies of 10,000 objects with 100 changes",
    `${seconds(run!.seconds)}, ${run!.megabytes.toFixed(0)} MB`,
    "3 s, 600 MB",
    run!.seconds < 3 && run!.megabytes < 600,
  );
  const markdown = diff("markdown");
  const { stdout } = spawnSync(markdown[0]!, markdown.slice(1), {
    cwd: changedBy(directory, 1000),
    encoding: "utf8",
  });
  const leads = stdout.split("\n").find((line) => line.startsWith("###")) ?? "";
  report.record(
    "Comment on 1,000 changes",
    `${stdout.length} characters, beginning "${leads}"`,
    `${longestComment} characters, worst first`,
    stdout.length < longestComment && leads.includes("Loses messages"),
  );
}

function changedBy(directory: string, count: number): string {
  const project = join(directory, `changed-${count}`);
  writeProject(project, 3333);
  change(project, count);
  return project;
}

/** Half of them queues of another type, half topics with fewer partitions. */
function change(project: string, count: number): void {
  const left = { queues: count / 2, topics: count / 2 };
  for (const file of readdirSync(join(project, "topology"))) {
    const path = join(project, "topology", file);
    const text = readFileSync(path, "utf8")
      .replace(/type: classic/g, (found) => (left.queues-- > 0 ? "type: quorum" : found))
      .replace(/partitions: 3/g, (found) => (left.topics-- > 0 ? "partitions: 2" : found));
    writeFileSync(path, text);
  }
}
