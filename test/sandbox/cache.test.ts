import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const run = promisify(execFile);
const cacheModule = resolve("src/sandbox/cache.ts");
let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "queueform-cache-"));
});

afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
});

/** Makes an entry that says which process built it, in a process of its own. */
async function build(fails = false): Promise<string> {
  const program = `
    import { writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { cached } from ${JSON.stringify(cacheModule)};
    console.log(await cached("thing", { progress: () => {} }, async (directory) => {
      await sleep(300);
      if (${fails}) throw new Error("no network");
      writeFileSync(directory + "/builder", String(process.pid));
    }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    env: { ...process.env, QUEUEFORM_CACHE: cache },
  });
  return stdout.trim();
}

test("two processes that need the same entry build it once", async () => {
  const [first, second] = await Promise.all([build(), build()]);
  expect(first).toBe(join(cache, "thing"));
  expect(second).toBe(first);
  expect(readdirSync(cache)).toEqual(["thing"]);
});

test("the lock and the draft of a process that was killed are in nobody's way", async () => {
  const { pid } = spawnSync("true");
  symlinkSync(`${pid}:1:no-such-boot`, join(cache, "thing.lock"));
  mkdirSync(join(cache, `thing.draft-${pid}`));
  await build();
  expect(readdirSync(cache)).toEqual(["thing"]);
});

test("a build that fails leaves nothing, and the next one starts anew", async () => {
  await expect(build(true)).rejects.toThrow("no network");
  expect(readdirSync(cache)).toEqual([]);
  await build();
  expect(readFileSync(join(cache, "thing", "builder"), "utf8")).toMatch(/^\d+$/);
});
