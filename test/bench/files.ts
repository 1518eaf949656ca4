import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compare, emptyNode, queueform, type Report, type Run, type Runs, seconds } from "./measure.ts";
import { writeExamples, writeProject } from "./topology.ts";

const root = join(import.meta.dirname, "../..");
const validate = [...queueform, "validate"];

/** What reads files and talks to no broker. */
export async function benchFiles(report: Report, directory: string): Promise<void> {
  await benchStart(report, directory);
  const large = join(directory, "large");
  writeProject(large, 3333);
  const [checked, planned] = await compare(
    [validate, [...queueform, "plan", "--env", "bench", "--output", "json"]],
    large,
    3,
  );
  recordLarge(report, "`validate` of 10,000 objects", checked!, 2);
  recordLarge(report, "`plan` of 10,000 objects", planned!, 2);
  const many = join(directory, "many");
  writeExamples(many, 160);
  const [everyRule] = await compare([validate], many, 3);
  recordLarge(
    report,
    `\`validate\` of ${objectsIn(many)} objects of every kind, with every rule`,
    everyRule!,
    3,
  );
}

/** Short commands, in turn with a Node that does nothing; and as it is when Node has not kept the compiled code yet. */
async function benchStart(report: Report, directory: string): Promise<void> {
  const first = ["/usr/bin/env", "NODE_DISABLE_COMPILE_CACHE=1"];
  const single = join(directory, "orders.yaml");
  // By itself, without what another file binds to its exchange.
  writeFileSync(
    single,
    readFileSync(join(root, "topology/orders.yaml"), "utf8").replaceAll(", audit.log", ""),
  );
  const [node, version, example, exampleFirst, file, fileFirst] = await compare(
    [
      emptyNode,
      [...queueform, "--version"],
      validate,
      [...first, ...validate],
      [...validate, single],
      [...first, ...validate, single],
    ],
    root,
    15,
  );
  const nodes = ({ seconds: value }: Run): string => `${(value / node!.seconds).toFixed(2)} x \`node -e 0\``;
  report.record(
    "`--version`",
    `${nodes(version!)} (${seconds(node!.seconds)})`,
    "2 x",
    version!.seconds <= 2 * node!.seconds,
  );
  const cold = (what: string, run: Runs, firstRun: Run, limit: number): void =>
    report.record(
      what,
      `${seconds(run.seconds)} (${seconds(run.fastest)} to ${seconds(run.slowest)}), ${nodes(run)}; the first time ${seconds(firstRun.seconds)}`,
      `${limit} s`,
      run.seconds < limit,
    );
  cold("`validate` of the shipped example in each environment", example!, exampleFirst!, 0.4);
  cold("`validate` of one file that somebody edits", file!, fileFirst!, 0.25);
}

function recordLarge(report: Report, what: string, run: Run, limit: number): void {
  report.record(
    what,
    `${seconds(run.seconds)}, ${run.megabytes.toFixed(0)} MB`,
    `${limit} s, 500 MB`,
    run.seconds < limit && run.megabytes < 500,
  );
}

/** As `validate` counts them. Throws when there are fewer than are promised. */
function objectsIn(directory: string): string {
  const { stderr } = spawnSync(validate[0]!, validate.slice(1), { cwd: directory, encoding: "utf8" });
  const count = Number(/(\d+) objects/.exec(stderr)?.[1]);
  if (!(count >= 10_000)) throw new Error(`Fewer than 10,000 objects: ${stderr}`);
  return count.toLocaleString("en");
}
