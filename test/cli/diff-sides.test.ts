import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { queueform } from "./run.ts";

const topology = (queues: string): string =>
  `apiVersion: queueform/v1\ndomain: shop\nrabbitmq:\n  vhost: shop\n  queues: { ${queues} }\n`;
const stack = (name: string): string =>
  `config:\n  queueform:environment:\n    engine: pulumi\n    clusters: { rabbitmq: { main: { endpoint: "http://127.0.0.1:1", username: a, password: "\${secret:P}", identity: x } } }\n    overlay: { rabbitmq.queues.*: { for: ${name} } }\n`;

let root: string;
let project: string;
const git = (...args: string[]): string =>
  execFileSync("git", args, { cwd: project, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
const write = (path: string, text: string): void => writeFileSync(join(project, path), text);
const commit = (message: string): void => {
  git("add", "-A");
  git("commit", "-qm", message);
};

/** On main, which has a commit that the branch lacks. */
function branchBehind(): void {
  git("checkout", "-qb", "branch");
  write("topology/shop.yaml", topology("a: {}, b: {}"));
  commit("branch");
  git("checkout", "-q", "main");
  write("topology/more.yaml", topology("elsewhere: {}"));
  commit("main moves on");
}

interface Result {
  readonly code: number | null;
  /** "add queue/a" of each environment. */
  readonly found: Record<string, string[]>;
  readonly stderr: string;
}
async function diff(...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await queueform(["diff", "--output", "json", ...args], project);
  const { environments = [] } = JSON.parse(stdout || "{}") as {
    environments?: { environment?: string; changes: { operation: string; key: string }[] }[];
  };
  const found = environments.map(({ environment, changes }) => [
    environment ?? "none",
    changes.map(({ operation, key }) => `${operation} ${key.replace("rabbitmq/main/shop/", "")}`),
  ]);
  return { code, stderr, found: Object.fromEntries(found) as Record<string, string[]> };
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "queueform-sides-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  project = mkdtempSync(join(root, "project-"));
  mkdirSync(join(project, "topology"));
  mkdirSync(join(project, "stacks"));
  write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  write("topology/shop.yaml", topology("a: {}"));
  write("stacks/Pulumi.dev.yaml", stack("dev"));
  git("init", "-q", "-b", "main");
  git("config", "user.email", "test@example.com");
  git("config", "user.name", "test");
  commit("one");
});

const added = ["add queue/b"];

describe("git revisions", () => {
  test("two of them, whatever the files are now", async () => {
    git("tag", "v1");
    write("topology/shop.yaml", topology("a: {}, b: {}"));
    commit("two");
    git("tag", "v2");
    write("topology/shop.yaml", topology("unsaved: {}"));
    expect((await diff("--against", "v1..v2")).found).toEqual({ dev: added });
    expect((await diff("--against", "v2..v1")).found).toEqual({ dev: ["remove queue/b"] });
  });

  test("a branch that is behind: says so, and compares with where it began when asked", async () => {
    branchBehind();
    git("checkout", "-q", "branch");
    const tip = await diff("--against", "main");
    expect(tip.found).toEqual({ dev: ["add queue/b", "remove queue/elsewhere"] });
    expect(tip.stderr).toContain(
      "main has 1 commit that this branch lacks; what they changed looks undone here.",
    );
    expect(tip.stderr).toContain("--against main...");
    const began = await diff("--against", "main...");
    expect(began.found).toEqual({ dev: added });
    expect(began.stderr).not.toContain("looks undone");
  });

  test("a shallow clone: says what to fetch, and that is enough", async () => {
    git("checkout", "-qb", "elsewhere");
    write("topology/shop.yaml", topology("c: {}"));
    commit("two");
    git("checkout", "-q", "main");
    const origin = project;
    project = mkdtempSync(join(root, "clone-"));
    git("clone", "-q", "--depth=1", `file://${origin}`, ".");
    const missing = await diff("--against", "origin/elsewhere");
    expect(missing.code).toBe(64);
    const advice = /for example with git (fetch .*)\.$/m.exec(missing.stderr)?.[1];
    git(...advice!.split(" "));
    expect((await diff("--against", "origin/elsewhere")).found).toEqual({
      dev: ["add queue/a", "remove queue/c"],
    });
  });

  test("history that a shallow clone lacks is asked for by name", async () => {
    branchBehind();
    const origin = project;
    project = mkdtempSync(join(root, "clone-"));
    git("clone", "-q", "--depth=1", "--no-single-branch", `file://${origin}`, ".");
    const { code, stderr } = await diff("--against", "origin/branch...");
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr:
        "The clone is shallow, so git can't tell where the branch began. Fetch the whole history first: git fetch --unshallow\n",
    });
  });

  test("an old side with a broken file: says so, and compares the others", async () => {
    write("topology/broken.yaml", topology("b: { typ: classic }"));
    commit("broken");
    write("topology/broken.yaml", topology("b: {}"));
    write("topology/shop.yaml", topology("a: {}, c: {}"));
    const { found, stderr } = await diff();
    expect(found).toEqual({ dev: ["add queue/b", "add queue/c"] });
    expect(stderr).toContain("topology/broken.yaml at HEAD can't be read (");
    expect(stderr).toContain("What it declares counts as new.");
  });

  test("a new side with an error is not compared", async () => {
    write("topology/shop.yaml", topology("a: { typ: classic }"));
    const { code, found, stderr } = await diff();
    expect({ code, found }).toEqual({ code: 1, found: {} });
    expect(stderr).toContain("topology/shop.yaml:5:");
  });

  test("an environment that is new has only new objects, and says why", async () => {
    write("stacks/Pulumi.prod.yaml", stack("prod"));
    const { found, stderr } = await diff();
    expect(found).toEqual({ dev: [], prod: ["add queue/a"] });
    expect(stderr).toContain('There is no environment "prod" at HEAD: everything counts as new.');
  });
});

describe("without git", () => {
  test("saved plans, each of the environment it was made for", async () => {
    const saved = await queueform(["plan", "--env", "dev", "--output", "json"], project);
    write("old.json", saved.stdout);
    write("topology/shop.yaml", topology("a: {}, b: {}"));
    write("stacks/Pulumi.prod.yaml", stack("prod"));
    write("new.json", (await queueform(["plan", "--env", "dev", "--output", "json"], project)).stdout);
    expect((await diff("--against", "old.json")).found).toEqual({ dev: added });
    expect((await diff("--against", "old.json", "new.json")).found).toEqual({ dev: added });
    expect((await diff("--against", "HEAD", "new.json")).found).toEqual({ dev: added });
    const wrong = await diff("--against", "old.json", "--env", "prod");
    expect(wrong.code).toBe(64);
    expect(wrong.stderr).toContain('old.json is the plan of the environment "dev"');
  });

  test.each([
    ["no JSON", "apiVersion: queueform/v1", "it is not JSON"],
    ["something else", "{}", 'it has no list "objects"'],
    ["a broken object", '{"objects":[{"kind":"rabbitmq-queue"}]}', 'entry 1 of "objects"'],
    [
      "an unknown kind",
      '{"objects":[{"kind":"toString","key":"a","cluster":"a","spec":{},"dependsOn":[]}]}',
      '"toString" is no kind',
    ],
  ])("refuses a saved plan that is %s", async (_title, text, why) => {
    write("old.json", text);
    const { code, stderr } = await diff("--against", "old.json");
    expect(code).toBe(64);
    expect(stderr).toContain(`old.json is no saved plan: `);
    expect(stderr).toContain(why);
  });

  test("another project's folder, with its own environments; a file; a folder of files", async () => {
    const old = join(root, "old");
    execFileSync("cp", ["-r", project, old]);
    rmSync(join(project, ".git"), { recursive: true });
    write("topology/shop.yaml", topology("a: {}, b: {}"));
    expect((await diff("--against", old)).found).toEqual({ dev: added });
    expect((await diff("--against", join(old, "topology"))).found).toEqual({ dev: added });
    expect((await diff("--against", join(old, "topology/shop.yaml"), "topology/shop.yaml")).found).toEqual({
      none: added,
    });
    const { code, stderr } = await diff("--against", "nowhere");
    expect(code).toBe(64);
    expect(stderr).toContain("This folder is not in a git repository");
  });

  test("a name that is a branch and a folder is the branch; ./name is the folder", async () => {
    mkdirSync(join(project, "main"));
    write("main/shop.yaml", topology("b: {}"));
    expect((await diff("--against", "main")).found).toEqual({ dev: [] });
    expect((await diff("--against", "./main")).found).toEqual({ dev: ["add queue/a", "remove queue/b"] });
  });
});
