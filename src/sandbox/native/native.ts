import { rmSync } from "node:fs";
import { join } from "node:path";
import { answers } from "../probe.ts";
import { isServerRunning, stopServer } from "../process.ts";
import type { Part, PartStates, SandboxState } from "../state.ts";
import { kafka } from "./kafka.ts";
import { kubernetes } from "./kubernetes.ts";
import type { NativePart } from "./part.ts";
import type { SandboxWork } from "../work.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { redis } from "./redis.ts";

const parts: { [P in Part]: NativePart<P> } = { rabbitmq, kafka, redis, kubernetes };

/** Starts a part unless it already runs as wanted, and returns how to reach it. */
export async function startNative<P extends Part>(
  part: P,
  sandbox: SandboxWork,
  state: SandboxState,
): Promise<PartStates[P]> {
  const known = state[part] as PartStates[P] | undefined;
  const native: NativePart<P> = parts[part];
  const isCurrent = known === undefined || (native.isCurrent?.(sandbox, known) ?? true);
  const isComplete = isNativeRunning(sandbox.directory, part);
  if (known && isCurrent && isComplete && (await answers(part, state))) return known;
  // Whatever is left of it: a server that lost its companion and has nothing to wait for, one that hangs or whose
  // settings changed, or a start that was killed halfway.
  await stopServers(sandbox.directory, part, known !== undefined && isComplete);
  // Without a state nobody knows the password or the identity that belongs to the data.
  if (!known) deleteData(sandbox.directory, part);
  try {
    return await native.start(sandbox, known);
  } catch (error) {
    await stopServers(sandbox.directory, part, false);
    throw error;
  }
}

/** Stops the servers of a part; returns whether any was running. */
export async function stopNative(directory: string, part: Part, keepData: boolean): Promise<boolean> {
  const stopped = await stopServers(directory, part, keepData);
  if (!keepData) deleteData(directory, part);
  return stopped;
}

/** Whether every server of a part runs. */
export function isNativeRunning(directory: string, part: Part): boolean {
  return parts[part].servers.every((server) => isServerRunning(directory, server));
}

async function stopServers(directory: string, part: Part, gently: boolean): Promise<boolean> {
  let stopped = false;
  for (const server of parts[part].servers) {
    if (await stopServer(directory, server, gently)) stopped = true;
  }
  return stopped;
}

function deleteData(directory: string, part: Part): void {
  rmSync(join(directory, part), { recursive: true, force: true });
  for (const server of parts[part].servers) rmSync(join(directory, "logs", `${server}.log`), { force: true });
}
