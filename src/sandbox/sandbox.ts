import { rmdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { SandboxError } from "./error.ts";
import { withLock } from "./lock.ts";
import { recordedServers } from "./process.ts";
import { allParts, type Part, partsOf, readSandbox, type SandboxState, writeState } from "./state.ts";

export { SandboxError } from "./error.ts";
export { readSandbox } from "./state.ts";
export type { Part, SandboxState } from "./state.ts";

export interface SandboxRequest {
  /** Where run state, data and logs live. */
  directory: string;
  /** What is wanted. Parts that run already are kept. */
  parts: Part[];
  /** Text of the redis.conf to run; when it differs from the one in use, Redis is restarted with its data. */
  redisConf?: string;
  /** Series of RabbitMQ; "4" unless the sandbox has one already. */
  rabbitmqVersion?: "4" | "3.10";
  /** How to run them. "auto": in containers when a container engine answers, else as processes of this machine. */
  mode?: "auto" | "compose" | "native";
  /** Called with one line in human words per step. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Starts the wanted parts on free ports of 127.0.0.1 and returns once all of them answer. They outlive this process.
 * What an earlier call left unfinished is repaired. Throws SandboxError when a part can't be started; the others
 * stay up.
 */
export async function startSandbox(request: SandboxRequest): Promise<SandboxState> {
  const directory = resolve(request.directory);
  const { signal, onProgress: progress = () => {} } = request;
  return locked(directory, signal, progress, async () => {
    const state = readSandbox(directory) ?? { mode: await chooseMode(request.mode ?? "auto") };
    if (request.mode !== undefined && request.mode !== "auto" && request.mode !== state.mode) {
      throw new SandboxError(
        `This sandbox runs in ${state.mode} mode, but ${request.mode} mode is wanted. Run \`queueform sandbox down\` first.`,
      );
    }
    const wanted = allParts.filter((part) => request.parts.includes(part));
    const sandbox = { ...request, directory, progress, signal };
    const start = await starterFor(state, sandbox, wanted);
    const results = await Promise.allSettled(
      wanted.map(async (part) => {
        const started = await start(part);
        Object.assign(state, { [part]: started });
        writeState(directory, state);
      }),
    );
    const failure = results.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
    return state;
  });
}

/**
 * Stops what was started in a directory and returns the parts that were running. Their data, logs and ports are
 * forgotten unless `keepData`. Other processes are never touched, even if they got the process id of one of ours.
 */
export async function stopSandbox(
  directory: string,
  options: { keepData?: boolean; parts?: Part[] } = {},
): Promise<Part[]> {
  const absolute = resolve(directory);
  const { keepData = false, parts = allParts } = options;
  return locked(
    absolute,
    undefined,
    () => {},
    async () => {
      const state = readSandbox(absolute);
      const stopped =
        state?.mode === "compose"
          ? await (await import("./compose/containers.ts")).stopCompose(absolute, state, parts, keepData)
          : await stopProcesses(absolute, parts, keepData);
      if (keepData) return stopped;
      for (const part of parts) delete state?.[part];
      if (state && partsOf(state).length > 0) writeState(absolute, state);
      else if (recordedServers(absolute).length === 0) forget(absolute);
      return stopped;
    },
  );
}

/** Asks every part whether it answers. `stopped` are those that were started once and don't. */
export async function sandboxStatus(
  directory: string,
): Promise<{ state?: SandboxState; running: Part[]; stopped: Part[] }> {
  const absolute = resolve(directory);
  const state = readSandbox(absolute);
  if (!state) return { running: [], stopped: [] };
  const { answers } = await import("./probe.ts");
  const { isNativeRunning } = await import("./native/native.ts");
  const known = partsOf(state);
  const up = await Promise.all(
    known.map(
      async (part) => (state.mode === "compose" || isNativeRunning(absolute, part)) && answers(part, state),
    ),
  );
  return {
    state,
    running: known.filter((_, index) => up[index]),
    stopped: known.filter((_, index) => !up[index]),
  };
}

// Everything that starts something is loaded late: most of our callers only read the state.

type Sandbox = SandboxRequest & { progress: (line: string) => void };

async function starterFor(
  state: SandboxState,
  sandbox: Sandbox,
  wanted: readonly Part[],
): Promise<(part: Part) => Promise<SandboxState[Part]>> {
  if (state.mode === "compose") {
    const { startCompose } = await import("./compose/containers.ts");
    return startCompose(sandbox, state, wanted);
  }
  const { startNative } = await import("./native/native.ts");
  return (part) => startNative(part, sandbox, state);
}

async function chooseMode(wanted: "auto" | "compose" | "native"): Promise<"compose" | "native"> {
  if (wanted !== "auto") return wanted;
  const { containerEngine } = await import("./compose/engine.ts");
  return (await containerEngine()) === undefined ? "native" : "compose";
}

async function stopProcesses(directory: string, parts: readonly Part[], keepData: boolean): Promise<Part[]> {
  const { stopNative } = await import("./native/native.ts");
  const stopped = await Promise.all(parts.map((part) => stopNative(directory, part, keepData)));
  return parts.filter((_, index) => stopped[index]);
}

function locked<T>(
  directory: string,
  signal: AbortSignal | undefined,
  progress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const onWait = (): void => progress("Waiting for another process that starts or stops this sandbox");
  return withLock(lockFile(directory), { onWait, signal }, work).finally(() => {
    // Gone with its last file; when there is anything left, it stays.
    try {
      rmdirSync(directory);
    } catch {}
  });
}

// Only what a sandbox makes: the directory may hold something of the user's by mistake.
function forget(directory: string): void {
  for (const name of ["state.json", "compose.yaml", "logs", "run"]) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function lockFile(directory: string): string {
  return join(directory, "lock");
}
