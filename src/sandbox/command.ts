import { spawn } from "node:child_process";
import { SandboxError } from "./error.ts";
import type { Work } from "./work.ts";

export interface CommandOptions {
  /** What the command is for, as in "... failed": the first words of the error. */
  purpose: string;
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** How to end it when nobody waits for it any more. */
  endWith?: "SIGTERM" | "SIGKILL";
}

const keptLines = 15;

/** Runs a command to its end and returns its standard output; throws SandboxError with its last lines if it fails. */
export function runCommand(command: readonly string[], options: CommandOptions, work: Work): Promise<string> {
  const [file, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.directory,
      env: options.environment ?? process.env,
      signal: work.signal,
      killSignal: options.endWith ?? "SIGTERM",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let everything = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      everything = lastLines(everything + text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      everything = lastLines(everything + text);
    });
    child.once("error", (error) => {
      // One that was aborted is waited for like any other: what it works on must not be used before it has ended.
      if (child.pid !== undefined) return;
      reject(new SandboxError(`${options.purpose} failed: ${file} could not be run (${error.message}).`));
    });
    child.once("close", (status, signal) => {
      if (work.signal?.aborted) reject(work.signal.reason);
      else if (status === 0) resolve(output);
      else {
        const ending = status === null ? `was ended by ${signal}` : `exited with ${status}`;
        reject(
          new SandboxError(`${options.purpose} failed: ${file} ${ending}. Its last lines:\n${everything}`),
        );
      }
    });
  });
}

/** Whether a command exits with 0 within `milliseconds`; false as well when there is no such command. */
export function succeeds(command: readonly string[], milliseconds: number): Promise<boolean> {
  const [file, ...args] = command as [string, ...string[]];
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: "ignore", timeout: milliseconds, killSignal: "SIGKILL" });
    child.once("error", () => resolve(false));
    child.once("close", (status) => resolve(status === 0));
  });
}

/** The end of a text, short enough for an error message. */
export function lastLines(text: string): string {
  return text
    .split("\n")
    .slice(-keptLines - 1)
    .join("\n");
}
