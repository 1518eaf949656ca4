import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readApprovals } from "../../src/review/approvals-file.ts";
import { queueform } from "./run.ts";

const directory = mkdtempSync(join(tmpdir(), "queueform-approvals-"));
const now = new Date("2030-01-10T12:00:00Z");
const key = "rabbitmq/main/%2F/queue/q";

function write(path: string, text: string): void {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), text);
}

const entry = (words: Record<string, string> = {}): string => {
  const all: Record<string, string> = {
    environment: "prod",
    object: key,
    operation: "delete",
    reason: "nobody uses it",
    expires: "2030-01-20",
    fingerprint: '"0123456789abcdef"',
    ...words,
  };
  return `approvals:\n  - ${Object.entries(all)
    .map(([word, value]) => `${word}: ${value}`)
    .join("\n    ")}\n`;
};
const approvals = (text: string): void => write("topology/approvals.yaml", text);
const found = () =>
  readApprovals(directory, now).diagnostics.map(({ rule, what, fix }) => ({ rule, text: `${what} ${fix}` }));
const inDays = (days: number): string =>
  new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  write("Pulumi.yaml", "name: shop\n");
  write(
    "topology/shop.yaml",
    "apiVersion: queueform/v1\ndomain: shop\nowner: team\nrabbitmq:\n  queues: { other: {} }\n",
  );
  for (const [name, engine] of [
    ["prod", "pulumi"],
    ["lab", "direct"],
  ] as const)
    write(
      `stacks/Pulumi.${name}.yaml`,
      `config:\n  queueform:environment: { engine: ${engine}, clusters: { rabbitmq: { main: "\${sandbox:rabbitmq}" } } }\n`,
    );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("topology/approvals.yaml", () => {
  test("is no topology file, and may be empty", async () => {
    for (const text of ["", "# nothing yet\n", "approvals:\n", entry({ expires: inDays(3) })]) {
      approvals(text);
      const { code, stdout } = await queueform(["validate"], directory);
      expect(code).toBe(0);
      expect(stdout).not.toContain("approvals.yaml");
    }
  });

  test("gives what was written, with its place", () => {
    approvals(entry());
    const { entries } = readApprovals(directory, now);
    expect(entries).toMatchObject([
      { object: key, operation: "delete", evenIfNotEmpty: false, mark: { start: 15 } },
    ]);
  });

  test.each([
    ["an unknown word", entry({ expiry: "x" }), "unknown-key", 'Did you mean "expires"?'],
    ["another operation", entry({ operation: "remove" }), "unknown-value", "replace, delete"],
    ["no day", entry({ expires: "2030-02-30" }), "wrong-format", "not a day of the calendar"],
    ["a time instead", entry({ expires: "tomorrow" }), "wrong-format", "2030-01-31"],
    ["too late a day", entry({ expires: "2030-02-11" }), "approval-too-long", "until 2030-02-09"],
    ["another stack", entry({ environment: "pord" }), "approval-unknown-environment", 'Did you mean "prod"?'],
    ["a reason to be written", entry({ reason: '"TODO: say why"' }), "wrong-format", "TODO"],
    ["a cut fingerprint", entry({ fingerprint: '"0123"' }), "wrong-format", "0f3c5ab81d2e4967"],
    ["a list alone", "- environment: prod\n", "not-a-mapping", 'Start the file with "approvals:"'],
  ])("with %s is an error and approves nothing", (_what, text, rule, says) => {
    approvals(text);
    expect(found()).toMatchObject([{ rule, text: expect.stringContaining(says) }]);
    expect(readApprovals(directory, now).entries).toEqual([]);
  });

  test("on the last possible day is right", () => {
    approvals(entry({ expires: "2030-02-09" }));
    expect(found()).toEqual([]);
  });

  test.each([
    ["expired", { expires: "2020-01-31" }, "warning  approval-expired", 0],
    ["for what is declared again", { object: "rabbitmq/main/%2F/queue/other" }, "error  approval-stale", 1],
    ["to replace what isn't declared", { operation: "replace" }, "error  approval-stale", 1],
    [
      "to replace it by something else",
      { operation: "replace", object: "rabbitmq/main/%2F/queue/other" },
      "error  approval-stale",
      1,
    ],
    ["where apply asks", { environment: "lab" }, "error  approval-direct-engine", 1],
  ])("%s: validate says so, at its line", async (_what, words, says, code) => {
    approvals(entry({ expires: inDays(3), ...words }));
    const result = await queueform(["validate"], directory);
    expect(result.stdout).toContain(`topology/approvals.yaml:2:5  ${says}`);
    expect(result.code).toBe(code);
  });

  test("has its schema for editors in the package", () => {
    const schema = readFileSync(join(import.meta.dirname, "../../schema/approvals.schema.json"), "utf8");
    expect(JSON.parse(schema)).toHaveProperty("properties.approvals.items.required");
  });
});

describe("diff", () => {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: directory });
  const diff = (...args: string[]) => queueform(["diff", "--env", "prod", ...args], directory);

  test("prints entries that approve the change as they are, but for the reason", async () => {
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "before");
    write("topology/shop.yaml", "apiVersion: queueform/v1\ndomain: shop\nowner: team\n");
    expect(await diff()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Needs an approval to delete"),
      stderr: expect.stringContaining("1 change to be approved"),
    });
    const { stdout } = await diff("--approvals");
    approvals(stdout);
    expect(found()[0]?.text).toContain("TODO");
    approvals(stdout.replace("TODO: say why it may be lost", "moved"));
    expect(await diff()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("moved"),
      stderr: expect.not.stringContaining("to be approved"),
    });
    expect((await diff("--exit-code")).code).toBe(2);
    // There apply asks, so there is nothing to approve.
    const lab = await queueform(["diff", "--env", "lab", "--approvals"], directory);
    expect(lab).toMatchObject({ code: 1, stdout: "" });
  });
});

describe("release", () => {
  test("refuses an environment of apply, with what to do there", async () => {
    const { code, stderr } = await queueform(["release", "--env", "lab"], directory);
    expect(code).toBe(64);
    expect(stderr).toContain("queueform apply --env lab --delete KEY");
  });

  test("without an approved deletion has nothing to do, and asks nobody", async () => {
    const { code, stderr } = await queueform(["release", "--env", "prod"], directory);
    expect(code).toBe(0);
    expect(stderr).toContain("nothing to release");
  });

  test("without Pulumi could not check", async () => {
    approvals(entry({ expires: inDays(3) }));
    const { code, stderr } = await queueform(["release", "--env", "prod"], directory, { PATH: "/nowhere" });
    expect(code).toBe(3);
    expect(stderr).toContain("There is no Pulumi here");
  });
});
