import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server to start: `name` is unique in its sandbox and names its log and its process id file. */
export interface Server {
  name: string;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
}

export interface StartedServer {
  name: string;
  log: string;
  /** True once it ended by itself. */
  hasExited: () => boolean;
}

// The server's shell writes the id itself and then becomes the server: there is no moment at which the server runs
// and, should this process be killed, nobody knows its id. Start time and boot id tell it from a later process
// that was given the same id.
const recordThenBecome = `cat "/proc/$$/stat" /proc/sys/kernel/random/boot_id > "$0" && exec "$@"`;

/** Starts a server that outlives this process, its output in `<directory>/logs/<name>.log`. */
export function startServer(directory: string, server: Server): StartedServer {
  mkdirSync(join(directory, "logs"), { recursive: true });
  mkdirSync(join(directory, "run"), { recursive: true });
  const log = logFile(directory, server.name);
  const output = openSync(log, "w", 0o600);
  const child = spawn(
    "/bin/sh",
    ["-c", recordThenBecome, pidFile(directory, server.name), ...server.command],
    {
      cwd: directory,
      env: { ...server.environment },
      detached: true,
      stdio: ["ignore", output, output],
    },
  );
  closeSync(output);
  child.unref();
  let exited = false;
  child.once("exit", () => (exited = true));
  child.once("error", () => (exited = true));
  return { name: server.name, log, hasExited: () => exited };
}

/** The servers that were ever started in a sandbox and not stopped since. */
export function recordedServers(directory: string): string[] {
  try {
    return readdirSync(join(directory, "run")).flatMap((file) => /^(.+)\.pid$/.exec(file)?.[1] ?? []);
  } catch {
    return [];
  }
}

export function isServerRunning(directory: string, name: string): boolean {
  return runningPid(directory, name) !== undefined;
}

/**
 * Stops a server, at once or (`gently`) after it saved what it has to save, for which it gets ten seconds. Returns
 * whether it was running.
 */
export async function stopServer(directory: string, name: string, gently: boolean): Promise<boolean> {
  const wasRunning = isServerRunning(directory, name);
  if (gently && signalServer(directory, name, "SIGTERM")) await untilGone(directory, name, 10_000);
  while (signalServer(directory, name, "SIGKILL")) await untilGone(directory, name, 1_000);
  rmSync(pidFile(directory, name), { force: true });
  return wasRunning;
}

/** What identifies a process for as long as it runs; undefined when it doesn't. */
export function processIdentity(pid: number): string | undefined {
  try {
    if (process.platform !== "linux") return process.kill(pid, 0) ? String(pid) : undefined;
    return identityIn(readFileSync(`/proc/${pid}/stat`, "utf8") + bootId());
  } catch {
    return undefined;
  }
}

function runningPid(directory: string, name: string): number | undefined {
  try {
    const record = readFileSync(pidFile(directory, name), "utf8");
    const pid = Number.parseInt(record, 10);
    return processIdentity(pid) === identityIn(record) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function signalServer(directory: string, name: string, signal: "SIGTERM" | "SIGKILL"): boolean {
  const pid = runningPid(directory, name);
  if (pid === undefined) return false;
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

async function untilGone(directory: string, name: string, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline && isServerRunning(directory, name)) await sleep(20);
}

/** From the text of /proc/<pid>/stat followed by the boot id. Undefined for a process that has ended (zombie). */
function identityIn(record: string): string | undefined {
  const pid = Number.parseInt(record, 10);
  // The command's name is in parentheses and may itself hold spaces and parentheses.
  const fields = record.slice(record.lastIndexOf(")") + 2).split(/\s+/);
  const [state] = fields;
  const startTime = fields[19];
  const boot = fields.at(-2);
  return state === "Z" || state === "X" || !startTime ? undefined : `${pid}:${startTime}:${boot}`;
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
}

function pidFile(directory: string, name: string): string {
  return join(directory, "run", `${name}.pid`);
}

function logFile(directory: string, name: string): string {
  return join(directory, "logs", `${name}.log`);
}
