import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { queueform } from "./run.ts";

const name = ownName("import");
let directory: string;

const topology = (type = "classic"): string => `apiVersion: queueform/v1
domain: cli
rabbitmq:
  vhost: ${name}
  exchanges: { events: { type: topic } }
  queues:
    there: { type: ${type}, bind: [{ exchange: events, key: a/b }] }
    absent: { type: classic }
`;

const stack = (engine: string, identity: string): string => `config:
  queueform:environment:
    engine: ${engine}
    clusters:
      rabbitmq: { main: { endpoint: "${sharedRabbitmq().endpoint}", username: ${sharedRabbitmq().username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${identity} } }
`;

const importPulumi = (environment: string, ...args: string[]) =>
  queueform(["import", "--pulumi", "--env", environment, ...args], directory, {
    RABBITMQ_PASSWORD: sharedRabbitmq().password,
  });
const path = (file: string): string => join(directory, file);
const files = [
  "pulumi-import-shared.json",
  "pulumi-import-shared-unprotected.json",
  "pulumi-import-shared.sh",
];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "queueform-import-"));
  for (const folder of ["topology", "stacks"]) mkdirSync(path(folder));
  writeFileSync(path("Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(path("stacks/Pulumi.local.yaml"), stack("direct", sharedRabbitmq().identity));
  writeFileSync(path("stacks/Pulumi.shared.yaml"), stack("pulumi", sharedRabbitmq().identity));
  writeFileSync(path("stacks/Pulumi.wrong.yaml"), stack("pulumi", "somebody-elses"));
  const client = rabbitmqClient();
  await client.putVhost({ name });
  await client.importDefinitions(name, {
    exchanges: [{ name: "events", type: "topic", durable: true, auto_delete: false, arguments: {} }],
    queues: [
      { name: "there", durable: true, auto_delete: false, arguments: { "x-queue-type": "classic" } },
      { name: "in no file", durable: true, auto_delete: false, arguments: {} },
    ],
    bindings: [
      {
        source: "events",
        destination: "there",
        destination_type: "queue",
        routing_key: "a/b",
        arguments: {},
      },
    ],
  });
  client.close();
});
afterAll(async () => {
  const client = rabbitmqClient();
  await client.deleteVhost(name);
  client.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  for (const file of files) rmSync(path(file), { force: true });
  writeFileSync(path("topology/cli.yaml"), topology());
});

test("declared objects that are on the broker are in the files, and the missing one is said to be created", async () => {
  const { code, stdout, stderr } = await importPulumi("shared");
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `create  It is not on the broker.\n    rabbitmq/main/${name}/queue/absent  topology/cli.yaml:8\n`,
  });
  expect(stderr).toContain("3 objects to import; the preview shows 1 change");
  const [guarded, others] = files
    .slice(0, 2)
    .map((file) => JSON.parse(readFileSync(path(file), "utf8")) as { resources: { id: string }[] });
  expect(guarded!.resources.map(({ id }) => id)).toEqual([`events@${name}`, `there@${name}`]);
  expect(others!.resources.map(({ id }) => id)).toEqual([`${name}/events/there/queue/a%2Fb`]);
  expect(readFileSync(path(files[2]!), "utf8")).toContain(
    "urn:pulumi:shared::shop::pulumi:providers:rabbitmq::rabbitmq/main",
  );
  expect(statSync(path(files[2]!)).mode & 0o100).toBe(0o100);
  for (const file of files) expect(readFileSync(path(file), "utf8")).not.toContain(sharedRabbitmq().password);
});

test("a queue that differs is named, with what Pulumi would do to it, and the exit code says so", async () => {
  writeFileSync(path("topology/cli.yaml"), topology("quorum"));
  const { code, stdout } = await importPulumi("shared", "--output", "json");
  expect(code).toBe(1);
  const { shown } = JSON.parse(stdout) as { shown: { key: string; op: string; change?: unknown }[] };
  expect(shown).toEqual([
    expect.objectContaining({ key: `rabbitmq/main/${name}/queue/absent`, op: "create", exists: false }),
    expect.objectContaining({
      key: `rabbitmq/main/${name}/queue/there`,
      op: "replace",
      exists: true,
      change: expect.objectContaining({ effect: "replaces" }),
    }),
  ]);
});

test.each([
  ["that belongs to apply", "local", 64, "write engine: pulumi there"],
  ["whose broker is another one", "wrong", 3, 'expects "somebody-elses"'],
])("an environment %s gets no files", async (_what, environment, code, sentence) => {
  expect(await importPulumi(environment)).toMatchObject({
    code,
    stdout: "",
    stderr: expect.stringContaining(sentence),
  });
  expect(existsSync(path(`pulumi-import-${environment}.sh`))).toBe(false);
});
