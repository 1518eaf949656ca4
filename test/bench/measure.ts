import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { join } from "node:path";

export const queueform = [process.execPath, join(import.meta.dirname, "../../bin/queueform.mjs")];
export const emptyNode = [process.execPath, "-e", "0"];

/** Takes the lines of the result. */
export interface Report {
  record(what: string, measured: string, limit: string, met: boolean): void;
  /** A line without a limit. */
  note(what: string, measured: string): void;
}

export interface Run {
  /** Seconds of the whole process, start-up included. */
  readonly seconds: number;
  /** Peak resident memory in MB, as the operating system counts it. */
  readonly megabytes: number;
}

/** Medians of several runs. */
export interface Runs extends Run {
  readonly fastest: number;
  readonly slowest: number;
}

/** Runs a command to its end and measures it from outside. Throws when it exits with another code than `expected`. */
async function measure(command: readonly string[], directory: string, expected: number): Promise<Run> {
  const timed = ["/usr/bin/env", "bash", "-c", 'exec "$@"', "bash", ...command];
  const start = performance.now();
  // process.resourceUsage of this process would count all children together; wait4's own figure of one child is not
  // reachable from Node, so the kernel is asked while the child runs.
  const child = spawn(timed[0]!, timed.slice(1), { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  let product = "";
  // What it printed last says why it failed; all of it would be as large as a plan.
  child.stdout.on("data", (chunk: Buffer) => (product = `${product}${chunk.toString()}`.slice(-2000)));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const memory = watchMemory(child.pid!);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const seconds = (performance.now() - start) / 1000;
  const megabytes = memory();
  if (code !== expected)
    throw new Error(`${command.join(" ")} ended with ${code} instead of ${expected}:\n${product}${errors}`);
  return { seconds, megabytes };
}

function watchMemory(pid: number): () => number {
  let peak = 0;
  const look = (): void => {
    try {
      const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      peak = Math.max(peak, Number(found ?? 0) / 1024);
    } catch {
      // The process is gone; what was seen last is its peak.
    }
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** Runs the commands in turn, `rounds` times after a warm-up, with `between` before each run; each exits with `expected`. */
export async function compare(
  commands: readonly (readonly string[])[],
  directory: string,
  rounds: number,
  { between, expected = 0 }: { between?: () => Promise<void>; expected?: number } = {},
): Promise<Runs[]> {
  const runs: Run[][] = commands.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, command] of commands.entries()) {
      await between?.();
      const run = await measure(command, directory, expected);
      if (round > 0) runs[index]!.push(run);
    }
  }
  return runs.map((list) => {
    const all = list.map((run) => run.seconds);
    return {
      seconds: median(all),
      megabytes: median(list.map(({ megabytes }) => megabytes)),
      fastest: Math.min(...all),
      slowest: Math.max(...all),
    };
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export const seconds = (value: number): string => `${value.toFixed(2)} s`;
