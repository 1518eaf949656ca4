// The only place with absolute limits. Each figure is the median of several runs of whole processes, the compared ones in
// turn, so that a machine that gets slower gets slower for both. Writes BENCHMARK.md, or only the lines of one part:
// `npm run bench -- files` or `diff`, which take a minute or two, `brokers`, `scale` or `pulumi`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { benchBrokers } from "./brokers.ts";
import { benchDiff } from "./diff.ts";
import { benchFiles } from "./files.ts";
import type { Report } from "./measure.ts";
import { benchPulumi } from "./pulumi.ts";
import { benchScale } from "./scale.ts";

const root = join(import.meta.dirname, "../..");

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  /** Absent where there is no limit. */
  readonly met?: boolean;
}
const rows: Row[] = [];

const report: Report = {
  record: (what, measured, limit, met) => {
    rows.push({ what, measured, limit, met });
    process.stderr.write(`${met ? "met   " : "MISSED"}  ${what}: ${measured} (limit ${limit})\n`);
  },
  note: (what, measured) => {
    rows.push({ what, measured, limit: "none" });
    process.stderr.write(`        ${what}: ${measured}\n`);
  },
};

const parts: Readonly<Record<string, (report: Report, directory: string) => Promise<void>>> = {
  files: benchFiles,
  diff: benchDiff,
  brokers: benchBrokers,
  scale: benchScale,
  pulumi: benchPulumi,
};
const only = process.argv.slice(2);
const unknown = only.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) throw new Error(`There is no part "${unknown}": ${Object.keys(parts).join(", ")}`);
const directory = mkdtempSync(join(tmpdir(), "queueform-bench-"));
try {
  for (const [name, bench] of Object.entries(parts))
    if (only.length === 0 || only.includes(name)) await bench(report, directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

const file = join(root, "BENCHMARK.md");
const lines = rows.map(({ what, measured, limit, met }): [string, string] => [
  what,
  `| ${what} | ${measured} | ${limit} | ${met === undefined ? "" : met ? "yes" : "**no**"} |`,
]);
// A part that was asked for alone replaces its own lines.
const kept =
  only.length === 0
    ? []
    : readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => /^\| (?!what |---)/.test(line));
const table = new Map([
  ...kept.map((line): [string, string] => [line.split(" | ")[0]!.slice(2), line]),
  ...lines,
]);
writeFileSync(
  file,
  `# Benchmark

Written by \`npm run bench\`: whole processes, medians, compared commands in turn in the same run. Node ${process.versions.node},
${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB. Read the ratios; the seconds are this machine's.

| what | measured | limit | met |
| --- | --- | --- | --- |
${[...table.values()].join("\n")}
`,
);
process.exitCode = rows.every(({ met }) => met !== false) ? 0 : 1;
