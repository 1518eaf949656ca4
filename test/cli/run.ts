import { spawn } from "node:child_process";
import { join } from "node:path";

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

const binary = join(import.meta.dirname, "../../bin/queueform.mjs");

/** Runs the command line as a person does, in `directory`. */
export function queueform(
  args: readonly string[],
  directory: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Result> {
  const start = performance.now();
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: directory,
    env: { ...process.env, NO_COLOR: "1", ...environment },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, milliseconds: performance.now() - start }));
  });
}
