import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SandboxError } from "./error.ts";
import { processIdentity } from "./process.ts";

export interface LockOptions {
  /** Called once, when somebody else holds the lock. */
  onWait?: () => void;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other process on this machine holds the lock `path`. The lock of a process that has died is
 * taken over. Throws SandboxError when the folder can't be written.
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  let waiting = false;
  while (!acquire(path)) {
    options.signal?.throwIfAborted();
    if (!waiting) options.onWait?.();
    waiting = true;
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

// A symbolic link is made in one step together with what it says (its owner), which a directory or a file isn't.
function acquire(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(processIdentity(process.pid) ?? String(process.pid), path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && code !== "ENOENT") {
      throw new SandboxError(`${dirname(path)} can't be written (${code}). Check who owns it, and the disk.`);
    }
    if (code === "EEXIST") removeIfStale(path);
    return false;
  }
}

function removeIfStale(path: string): void {
  const owner = ownerOf(path);
  if (owner === undefined || owner === processIdentity(Number.parseInt(owner, 10))) return;
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    // Somebody may have taken the stale lock over between the look and the rename: then it's theirs.
    if (ownerOf(aside) === owner) rmSync(aside, { force: true });
    else renameSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function ownerOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
