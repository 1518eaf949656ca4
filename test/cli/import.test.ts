import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { queueform } from "./run.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-import-"));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(directory, name), text);
const read = (name: string): string => readFileSync(join(directory, name), "utf8");
const definitions = (queues: readonly string[], rest = ""): string =>
  `{ "users": [{ "name": "ops", "password_hash": "c2VjcmV0", "tags": "administrator" }, { "name": "tool", "password_hash": "", "tags": "monitoring" }],${rest}
  "queues": ${JSON.stringify(queues.map((name) => ({ name, vhost: "shop" })))} }`;

describe("import of a file", () => {
  test("writes files that are right and laid out as fmt does, and says what to do next", async () => {
    put("definitions.json", definitions(["q", "r"]));
    const { code, stdout, stderr } = await queueform(
      ["import", "definitions.json", "--out", "topology"],
      directory,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "topology/shop.yaml\n" });
    expect(read("topology/shop.yaml").split("\n").slice(0, 3)).toEqual([
      "# yaml-language-server: $schema=../node_modules/queueform/schema/topology.schema.json",
      '# Not taken over: The user "tool" (monitoring) has no password, because it logs in with something',
      "# else: whoever runs the broker makes it. Its rights are taken over. (definitions.json:1)",
    ]);
    for (const part of [
      "Found: 1 user, 2 queues.",
      "definitions.json:1",
      "2 warning  queue-without-dlq:",
      "queueform drift",
      "applying them changes nothing",
    ])
      expect(stderr).toContain(part);
    expect(stderr).not.toContain("c2VjcmV0");
    expect(await queueform(["validate"], directory)).toMatchObject({ code: 0 });
    expect((await queueform(["fmt", "--check"], directory)).code).toBe(0);
  });

  test("says how applications with certificates are named, which only the stack file can", async () => {
    put(
      "user.yaml",
      `apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata: { name: web, labels: { strimzi.io/cluster: k } }
spec: { authentication: { type: tls }, quotas: { requestPercentage: 5 } }
`,
    );
    const { code, stderr } = await queueform(["import", "user.yaml", "--out", "topology"], directory);
    expect(code).toBe(0);
    expect(stderr).toContain('kafka: { main: { bootstrap: [host:9093], principal: "CN={app}" } }');
    expect(read("topology/kafka.yaml")).toContain("web: { quota: { requestPercent: 5 } }");
  });

  test("never changes a file that is there", async () => {
    put("definitions.json", definitions(["q"]));
    mkdirSync(join(directory, "out"));
    put("out/shop.yaml", "mine\n");
    const { code, stdout, stderr } = await queueform(
      ["import", "definitions.json", "--out", "out"],
      directory,
    );
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain("out/shop.yaml exists");
    expect(read("out/shop.yaml")).toBe("mine\n");
  });

  test("splits many names by their prefix, or as a mapping says", async () => {
    const many = ["orders", "billing"].flatMap((prefix) =>
      Array.from({ length: 15 }, (_, index) => `${prefix}.${index}`),
    );
    put("definitions.json", definitions([...many, "lonely"]));
    const byPrefix = await queueform(["import", "definitions.json", "--out", "a"], directory);
    expect(byPrefix.stdout.split("\n").filter(Boolean)).toEqual([
      "a/billing.yaml",
      "a/orders.yaml",
      "a/shop.yaml",
    ]);
    expect(read("a/shop.yaml")).toContain("lonely");
    put("domains.yaml", "Money: [billing.*, orders.1]\n");
    const flags = ["--out", "b", "--domains", "domains.yaml"];
    const mapped = await queueform(["import", "definitions.json", ...flags], directory);
    expect(mapped.stdout.split("\n").filter(Boolean)).toEqual(["b/money.yaml", "b/shop.yaml"]);
    expect(read("b/money.yaml")).toContain("    orders.1: ");
    expect(read("b/money.yaml")).toContain("domain: Money\n");
    put("domains.yaml", "Money: { a: 1 }\n");
    expect(
      (await queueform(["import", "definitions.json", "--out", "c", ...flags.slice(2)], directory)).code,
    ).toBe(64);
  });

  test("says where a file is broken, and writes nothing", async () => {
    put(
      "definitions.json",
      '{ "users": [{ "password_hash": "hunter2" }],\n  "queues": [{ "name": "a" "vhost": "/", "password": "hunter2" }] }',
    );
    const { code, stderr, stdout } = await queueform(
      ["import", "definitions.json", "--out", "out"],
      directory,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("definitions.json:2:28");
    expect(stderr).not.toContain("hunter2");
  });

  test("has a report for programs", async () => {
    put("definitions.json", definitions(["q"]));
    const { stdout } = await queueform(
      ["import", "definitions.json", "--out", "out", "--output", "json"],
      directory,
    );
    expect(JSON.parse(stdout)).toMatchObject({
      files: ["out/shop.yaml"],
      found: 2,
      notes: [{ about: "rabbitmq/main", place: "definitions.json:1" }],
      changes: [],
      findings: expect.arrayContaining([expect.objectContaining({ rule: "unbounded-queue", count: 1 })]),
    });
  });

  test.each([
    [["definitions.json"], "--out DIR"],
    [["definitions.json", "--out", "out", "--vhost", ""], "--vhost needs a name"],
    [["definitions.json", "--out", "out", "--vhost", "shp"], 'no vhost "shp" to import. There is: "shop"'],
    [["--out", "out"], "Import from where?"],
    [["definitions.json", "--env", "dev", "--out", "out"], "Import from where?"],
    [["definitions.json", "--access", "--out", "out"], "--access is for the Kafka of an environment"],
    [["missing.json", "--out", "out"], 'no file or folder "missing.json"'],
    [["http://user:hunter2@127.0.0.1:1", "--out", "out"], "without a login"],
    [["http://127.0.0.1:1", "--out", "out"], "RABBITMQ_PASSWORD is not set"],
  ])("refuses %j", async (args, message) => {
    put("definitions.json", definitions(["q"]));
    const { code, stderr } = await queueform(["import", ...args], directory, { RABBITMQ_PASSWORD: "" });
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("import of a RabbitMQ", () => {
  const { endpoint, username, password, identity } = sharedRabbitmq();
  const secrets = { RABBITMQ_PASSWORD: password };

  test("by its URL, and of an environment", async () => {
    const vhost = ownName("import");
    const client = rabbitmqClient();
    await client.putVhost({ name: vhost });
    await client.importDefinitions(vhost, {
      queues: [{ name: "q", durable: true, auto_delete: false, arguments: { "x-queue-type": "quorum" } }],
    });
    const stack = (expected: string): string => `config:
  queueform:environment:
    engine: direct
    clusters:
      rabbitmq: { main: { endpoint: "${endpoint}", username: ${username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${expected} } }
`;
    try {
      const byUrl = ["import", endpoint, "--user", username, "--out", "url"];
      const fromUrl = await queueform(byUrl, directory, secrets);
      expect(fromUrl.code).toBe(0);
      expect(fromUrl.stdout).toContain(`url/${vhost}.yaml\n`);
      expect(read(`url/${vhost}.yaml`)).toContain("  queues:\n    q: { type: quorum }\n");
      mkdirSync(join(directory, "stacks"));
      put("stacks/Pulumi.here.yaml", stack(identity));
      const fromStack = await queueform(["import", "--env", "here", "--out", "env"], directory, secrets);
      expect(fromStack.code).toBe(0);
      expect(read(`env/${vhost}.yaml`)).toContain("  queues:\n    q: { type: quorum }\n");
      expect(fromStack.stderr).toContain("queueform drift --env here env");
      const file = join(directory, `env/${vhost}.yaml`);
      expect(await queueform(["drift", "--env", "here", file], directory, secrets)).toMatchObject({
        code: 0,
      });
      put("stacks/Pulumi.here.yaml", stack("another"));
      const wrong = await queueform(["import", "--env", "here", "--out", "wrong"], directory, secrets);
      expect(wrong).toMatchObject({
        code: 3,
        stdout: "",
        stderr: expect.stringContaining('expects "another"'),
      });
      expect(JSON.stringify([fromUrl, fromStack, wrong])).not.toContain(password);
    } finally {
      await client.deleteVhost(vhost);
      client.close();
    }
  });

  test("that can't be asked", async () => {
    const { code, stderr } = await queueform(
      ["import", "http://127.0.0.1:1", "--out", "out"],
      directory,
      secrets,
    );
    expect(code).toBe(3);
    expect(stderr).toContain("refused");
  });
});
