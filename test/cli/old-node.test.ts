import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** A Node of this machine that is too old, if there is one; ours stands first on PATH. */
function oldNode(): string | undefined {
  const found = spawnSync("which", ["-a", "node"], { encoding: "utf8" }).stdout.trim().split("\n");
  return found.find((path) => {
    const version = execFileSync(path, ["-p", "process.versions.node"], { encoding: "utf8" });
    return Number.parseInt(version, 10) < 22;
  });
}
const node = oldNode();
const note = node === undefined ? " (skipped: every Node on PATH is new enough)" : "";

describe.skipIf(node === undefined)(`a Node that is too old${note}`, () => {
  test.each(["queueform.mjs", "program.mjs"])(
    "bin/%s says which one it needs, without a stack trace",
    (file) => {
      const { status, stderr } = spawnSync(node!, [join(root, "bin", file), "validate"], {
        encoding: "utf8",
      });
      expect(status).not.toBe(0);
      expect(stderr).toMatch(
        /^Queueform needs Node\.js [\d.]+ or newer; this is [\d.]+, which can't run it\./,
      );
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );
});
