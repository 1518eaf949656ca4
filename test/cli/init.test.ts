import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queueform } from "./run.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-init-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("init", () => {
  test.each([
    ["default", []],
    [
      "everything",
      ["--brokers", "rabbitmq,kafka,redis", "--environments", "dev,staging,prod", "--domain", "billing"],
    ],
    ["one-broker", ["--brokers", "kafka", "--ci", "none", "--environments", "prod"]],
  ])("writes a project that is right in every environment: %s", async (name, flags) => {
    const { code, stdout } = await queueform(["init", name, ...flags], directory);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toContain(join(name, "stacks/Pulumi.sandbox.yaml"));
    expect(stdout.includes(".github")).toBe(!flags.includes("none"));
    const checked = await queueform(["validate"], join(directory, name));
    expect({ code: checked.code, stdout: checked.stdout }).toEqual({ code: 0, stdout: "" });
    expect((await queueform(["fmt", "--check"], join(directory, name))).code).toBe(0);
  });

  test("never changes a file that is there", async () => {
    await queueform(["init", "kept"], directory);
    expect((await queueform(["init", "kept"], directory)).code).toBe(0);
    const file = join(directory, "kept/topology/orders.yaml");
    writeFileSync(file, "mine\n");
    const { code, stderr, stdout } = await queueform(["init", "kept"], directory);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("topology/orders.yaml exists");
    expect(readFileSync(file, "utf8")).toBe("mine\n");
  });

  test("leaves the owners of a repository alone, and says what to add", async () => {
    mkdirSync(join(directory, "owned/.github"), { recursive: true });
    const file = join(directory, "owned/.github/CODEOWNERS");
    writeFileSync(file, "* @everybody\n");
    const { code, stderr } = await queueform(["init", "owned"], directory);
    expect(code).toBe(0);
    expect(stderr).toContain("/topology/approvals.yaml @your-organization/team-orders");
    expect(readFileSync(file, "utf8")).toBe("* @everybody\n");
    await queueform(["init", "unowned"], directory);
    expect(readFileSync(join(directory, "unowned/.github/CODEOWNERS"), "utf8")).toContain("approvals.yaml");
  });

  test("keeps what is of one machine out of git, in a file that may be there already", async () => {
    await queueform(["init", "fresh"], directory);
    expect(readFileSync(join(directory, "fresh/.gitignore"), "utf8")).toContain("pulumi-import-*\n");
    mkdirSync(join(directory, "grown"));
    writeFileSync(join(directory, "grown/.gitignore"), "/target\nnode_modules/\n");
    const { code, stderr } = await queueform(["init", "grown"], directory);
    expect(code).toBe(0);
    expect(stderr).toContain(".queueform/");
    expect(stderr).not.toContain("node_modules/");
    const file = join(directory, "grown/.gitignore");
    expect(readFileSync(file, "utf8")).toBe("/target\nnode_modules/\n");
    writeFileSync(file, readFileSync(join(directory, "fresh/.gitignore"), "utf8"));
    expect((await queueform(["init", "grown"], directory)).stderr).not.toContain("Add to");
  });

  test.each([
    [["--brokers", "rabitmq"], 'Did you mean "rabbitmq"?'],
    [["--domain", "My Shop"], "lower-case letters"],
    [["--environments", "sandbox"], "sandbox is always there"],
  ])("refuses %j and says what is possible", async (flags, message) => {
    const { code, stderr } = await queueform(["init", "wrong", ...flags], directory);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
  });
});

describe("fmt", () => {
  const untidy =
    "# first\napiVersion:   queueform/v1\ndomain: a # why\nrabbitmq:\n    queues:\n        # about b\n        b: {type: classic}\n        a:   {}\n";
  const tidy =
    "# first\napiVersion: queueform/v1\ndomain: a # why\nrabbitmq:\n  queues:\n    # about b\n    b: { type: classic }\n    a: {}\n";

  test("keeps comments and the order of things", async () => {
    const file = join(directory, "untidy.yaml");
    writeFileSync(file, untidy);
    expect((await queueform(["fmt", "--check", file], directory)).code).toBe(1);
    expect(readFileSync(file, "utf8")).toBe(untidy);
    expect(await queueform(["fmt", file], directory)).toMatchObject({ code: 0, stdout: `${file}\n` });
    expect(readFileSync(file, "utf8")).toBe(tidy);
    expect(await queueform(["fmt", file], directory)).toMatchObject({ code: 0, stdout: "" });
  });

  test("leaves a file that it can't read", async () => {
    const file = join(directory, "broken.yaml");
    writeFileSync(file, "a: [\n");
    expect((await queueform(["fmt", file], directory)).code).toBe(64);
    expect(readFileSync(file, "utf8")).toBe("a: [\n");
  });
});
