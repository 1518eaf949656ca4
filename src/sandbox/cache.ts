import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.ts";
import type { Work } from "./work.ts";

/** Where everything that had to be downloaded or built is kept, once for all sandboxes of this user. */
export function cacheDirectory(): string {
  const { QUEUEFORM_CACHE, XDG_CACHE_HOME } = process.env;
  return QUEUEFORM_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "queueform");
}

/** The folder of an entry that is in the cache, else undefined. */
export function cachedEntry(name: string): string | undefined {
  const entry = join(cacheDirectory(), name);
  return existsSync(entry) ? entry : undefined;
}

type Build = (directory: string) => Promise<void>;

const inProgress = new Map<string, Promise<string>>();

/**
 * The folder of the cache entry `name`, filled by `build` the first time. Built aside and renamed: an entry that
 * exists is whole.
 */
export async function cached(name: string, work: Work, build: Build): Promise<string> {
  const entry = join(cacheDirectory(), name);
  if (existsSync(entry)) return entry;
  // Two parts of one sandbox may need the same entry.
  const building =
    inProgress.get(entry) ?? buildLocked(name, work, build).finally(() => inProgress.delete(entry));
  inProgress.set(entry, building);
  return building;
}

async function buildLocked(name: string, work: Work, build: Build): Promise<string> {
  const cache = cacheDirectory();
  const entry = join(cache, name);
  const onWait = (): void => work.progress(`Waiting for another process that prepares ${name}`);
  return withLock(join(cache, `${name}.lock`), { onWait, signal: work.signal }, async () => {
    if (existsSync(entry)) return entry;
    for (const file of readdirSync(cache)) {
      // Left by a build that was killed; we hold the lock, so nobody works on it.
      if (file.startsWith(`${name}.draft-`)) rmSync(join(cache, file), { recursive: true, force: true });
    }
    const draft = join(cache, `${name}.draft-${process.pid}`);
    mkdirSync(draft);
    try {
      await build(draft);
      renameSync(draft, entry);
    } finally {
      rmSync(draft, { recursive: true, force: true, maxRetries: 5 });
    }
    return entry;
  });
}
