import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { program } from "../../src/program.ts";
import { run } from "./monitor.ts";

const root = join(import.meta.dirname, "../..");
const home = process.cwd();
let directory: string;
let endpoint: string;

/** A management API that says it is the cluster "blue", and nothing else. */
const broker = createServer((_request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ cluster_name: "blue", rabbitmq_version: "4.1.0" }));
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "queueform-program-"));
  await new Promise<void>((resolve) => broker.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  write("Pulumi.yaml", "name: queueform\n");
  write("topology/shop.yaml", topology("{ q: {} }"));
  writeStack("dev");
  process.env["RABBITMQ_PASSWORD"] = "from the process";
  process.chdir(directory);
});

afterEach(async () => {
  process.chdir(home);
  rmSync(directory, { recursive: true });
  delete process.env["RABBITMQ_PASSWORD"];
  delete process.env["PULUMI_CONFIG_PASSPHRASE"];
  pulumi.runtime.setAllConfig({});
  await new Promise((resolve) => broker.close(resolve));
});

function write(path: string, text: string): void {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), text);
}

const topology = (queues: string): string =>
  `apiVersion: queueform/v1\ndomain: shop\nowner: team\nrabbitmq:\n  queues: ${queues}\n`;

function writeStack(
  name: string,
  { engine = "pulumi", identity = "blue", at = endpoint, rest = "" } = {},
): void {
  const cluster = `{ endpoint: "${at}", username: queueform, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${identity} }`;
  write(
    `stacks/Pulumi.${name}.yaml`,
    `config:\n  queueform:environment: { engine: ${engine}, clusters: { rabbitmq: { main: ${cluster} } } }\n${rest}`,
  );
}

/** What Pulumi prints for a failure of the program: for a RunError its message, for anything else a stack trace. */
async function refused(stack = "dev"): Promise<string> {
  const { registered, failure } = await run(program, stack);
  expect(registered).toEqual([]);
  if (!pulumi.RunError.isInstance(failure)) throw failure;
  const { message } = failure;
  expect(message).not.toMatch(/^\s+at /m);
  return message;
}

test("the stack names the environment, and its files are registered", async () => {
  const { registered, failure } = await run(program);
  expect(failure).toBeUndefined();
  expect(registered.map(({ name }) => name)).toEqual(["rabbitmq/main", "rabbitmq/main/%2F/queue/q"]);
});

test("wrong engine: an environment of queueform apply is refused", async () => {
  writeStack("dev", { engine: "direct" });
  expect(await refused()).toContain("belongs to `queueform apply --env dev`");
});

test("wrong identity: a broker that is another cluster is refused before anything is registered", async () => {
  writeStack("dev", { identity: "green" });
  const message = await refused();
  expect(message).toContain('"blue"');
  expect(message).toContain('"green"');
  expect(message).toContain("Nothing was done");
});

test("a broker that doesn't answer is refused before anything is registered", async () => {
  writeStack("dev", { at: "http://127.0.0.1:1" });
  expect(await refused()).toContain("127.0.0.1:1");
});

test("topology errors: all of them with place and reason, no stack trace", async () => {
  write("topology/shop.yaml", topology("{ q: { tipe: quorum }, r: { type: quorun } }"));
  const message = await refused();
  expect(message).toMatch(/shop\.yaml:5:18 {2}error {2}unknown-key/);
  expect(message).toContain("unknown-value");
  expect(message).toContain("2 errors. Nothing was done.");
});

test("a stack without a file is refused with the ones there are", async () => {
  expect(await refused("pord")).toContain("Known: dev");
});

test("secrets: the stack's own come before the process's", async () => {
  pulumi.runtime.setAllConfig({ "queueform:RABBITMQ_PASSWORD": "from the stack" }, [
    "queueform:RABBITMQ_PASSWORD",
  ]);
  const { registered } = await run(program);
  expect(registered[0]?.inputs["password"]).toEqual({ secret: "from the stack" });
  pulumi.runtime.setAllConfig({});
  const { registered: again } = await run(program);
  expect(again[0]?.inputs["password"]).toEqual({ secret: "from the process" });
});

test("secrets: one that is set nowhere is refused with the command that sets it", async () => {
  delete process.env["RABBITMQ_PASSWORD"];
  expect(await refused()).toContain("pulumi config set --secret queueform:RABBITMQ_PASSWORD");
});

test("empty passphrase: refused where it is what protects the secrets", async () => {
  process.env["PULUMI_CONFIG_PASSPHRASE"] = "";
  writeStack("prod", { rest: "encryptionsalt: v1:x\n" });
  expect(await refused("prod")).toContain("The passphrase of the stack prod is empty");
});

test.each([
  ["one that is not empty", "prod", "x", "encryptionsalt: v1:x\n"],
  ["a key service instead", "prod", "", "secretsprovider: awskms://x\n"],
  ["dev", "dev", "", "encryptionsalt: v1:x\n"],
])("empty passphrase: not refused with %s", async (_what, stack, passphrase, rest) => {
  process.env["PULUMI_CONFIG_PASSPHRASE"] = passphrase;
  writeStack(stack, { rest });
  expect((await run(program, stack)).failure).toBeUndefined();
});

test("an old Node is told in one sentence, without a stack trace", () => {
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })";
  const options = { cwd: root, encoding: "utf8", stdio: "pipe" } as const;
  const start = (): string =>
    execFileSync(process.execPath, ["--import", `data:text/javascript,${old}`, "bin/program.mjs"], options);
  expect(start).toThrowError(
    expect.objectContaining({
      status: 1,
      stderr: expect.stringMatching(
        /^Queueform needs Node\.js 22\.22 or newer; this is 20\.1\.0.*pulumi up\n$/,
      ),
    }),
  );
});
