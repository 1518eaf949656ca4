import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { publish } from "../brokers/amqp.ts";
import { kafkaClient, ownName, rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { queueform } from "./run.ts";

const name = ownName("cli");
const secret = { RABBITMQ_PASSWORD: sharedRabbitmq().password };
let directory: string;

const topology = (type = "classic"): string => `apiVersion: queueform/v1
domain: cli
rabbitmq:
  vhost: ${name}
  vhosts: { ${name}: {} }
  owns: ["*"]
  queues: { work: { type: ${type} }, other: { type: classic } }
kafka:
  owns: ["${name}.*"]
  topics: { ${name}.events: { partitions: 1, replication: 1, retention: 7d } }
`;

function stack(
  engine: string,
  identity = sharedRabbitmq().identity,
  bootstrap = sharedKafka().bootstrap[0],
): string {
  const { endpoint, username } = sharedRabbitmq();
  return `config:
  queueform:environment:
    engine: ${engine}
    clusters:
      rabbitmq: { main: { endpoint: "${endpoint}", username: ${username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${identity} } }
      kafka: { main: { bootstrap: ["${bootstrap}"], tls: false, identity: ${sharedKafka().identity} } }
`;
}

const run = (...args: string[]) => queueform(args, directory, secret);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-cli-"));
  for (const folder of ["topology", "stacks"]) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: cli\nruntime: nodejs\n");
  writeFileSync(join(directory, "stacks/Pulumi.local.yaml"), stack("direct"));
  writeFileSync(join(directory, "stacks/Pulumi.shared.yaml"), stack("pulumi"));
  writeFileSync(join(directory, "stacks/Pulumi.wrong.yaml"), stack("direct", "somebody-elses"));
  writeFileSync(join(directory, "stacks/Pulumi.down.yaml"), stack("direct", undefined, "127.0.0.1:1"));
});
afterAll(async () => {
  const client = rabbitmqClient();
  await client.deleteVhost(name);
  client.close();
  const kafka = await kafkaClient();
  await kafka.deleteTopics([`${name}.events`]);
  await kafka.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => writeFileSync(join(directory, "topology/cli.yaml"), topology()));

describe("on real brokers", () => {
  test("apply does the work once, and drift then finds nothing", async () => {
    expect(await run("apply", "--env", "local")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("4 created"),
    });
    expect(await run("apply", "--env", "local")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("nothing to do"),
    });
    expect(await run("drift", "--env", "local")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringContaining("no drift (4 objects compared)"),
    });
  });

  test("drift names what was deleted, changed and added by hand, with exit code 2, and apply mends it", async () => {
    const client = rabbitmqClient();
    await client.deleteQueue(name, "other");
    await client.importDefinitions(name, {
      queues: [
        { name: "stray", durable: true, auto_delete: false, arguments: { "x-queue-type": "classic" } },
      ],
    });
    client.close();
    const kafka = await kafkaClient();
    await kafka.alterConfigs([{ topic: `${name}.events`, set: { "retention.ms": "5000" }, reset: [] }]);
    await kafka.close();
    const { code, stdout } = await run("drift", "--env", "local", "--output", "json");
    const found = JSON.parse(stdout) as Record<"changed" | "missing" | "unmanaged", { key: string }[]>;
    expect(code).toBe(2);
    expect(found).toMatchObject({
      changed: [
        {
          key: `kafka/main/topic/${name}.events`,
          fields: [{ field: "config.retention.ms", before: "5000", after: "604800000" }],
        },
      ],
      missing: [{ key: `rabbitmq/main/${name}/queue/other` }],
      unmanaged: [{ key: `rabbitmq/main/${name}/queue/stray` }],
    });
    expect(await run("apply", "--env", "local", "--prune")).toMatchObject({ code: 0 });
    expect(await run("drift", "--env", "local")).toMatchObject({ code: 0, stdout: "" });
  });

  test("apply refuses a change that loses messages, with exit code 1, and says how it could be allowed", async () => {
    writeFileSync(join(directory, "topology/cli.yaml"), topology("quorum"));
    const { code, stdout } = await run("apply", "--env", "local");
    expect(code).toBe(1);
    expect(stdout).toContain(`If that is meant: --replace rabbitmq/main/${name}/queue/work`);
  });

  test("diff --live says what a change costs now, and the rest too where a broker is down, with exit code 3", async () => {
    expect(await run("apply", "--env", "local")).toMatchObject({ code: 0 });
    await publish(name, "work", ["a", "b"]);
    for (const env of ["local", "down"]) {
      const saved = await run("plan", "--env", env, "--output", "json");
      writeFileSync(join(directory, `${env}.json`), saved.stdout);
    }
    writeFileSync(
      join(directory, "topology/cli.yaml"),
      topology("quorum").replace("partitions: 1", "partitions: 2"),
    );
    const live = (env: string) => run("diff", "--live", "--against", `./${env}.json`, "--env", env);
    await expect
      .poll(async () => (await live("local")).stdout, { timeout: 30_000 })
      .toContain("2 messages, 0 consumers");
    expect((await live("local")).code).toBe(1);
    const { code, stdout, stderr } = await live("down");
    expect(code).toBe(3);
    expect(stdout).toContain(`kafka/main/topic/${name}.events`);
    expect(stdout).toContain("2 messages, 0 consumers");
    expect(stderr).toContain("127.0.0.1:1");
    expect(await queueform(["diff", "--live", "topology"], directory)).toMatchObject({ code: 64 });
  });

  test.each([
    [
      "apply of an environment that belongs to Pulumi",
      ["apply", "--env", "shared"],
      secret,
      64,
      "pulumi up -s shared",
    ],
    [
      "a secret that is not set",
      ["drift", "--env", "local"],
      { RABBITMQ_PASSWORD: "" },
      64,
      "The secret RABBITMQ_PASSWORD is not set",
    ],
    ["a wrong password", ["target", "--env", "local"], { RABBITMQ_PASSWORD: "hunter2" }, 3, "RabbitMQ main"],
    ["another broker behind the address", ["apply", "--env", "wrong"], secret, 3, 'expects "somebody-elses"'],
    ["a broker that is down", ["drift", "--env", "down"], secret, 3, "127.0.0.1:1"],
    [
      "a user to rotate that isn't declared",
      ["apply", "--env", "local", "--rotate", "kafka/main/user/web"],
      secret,
      64,
      "there is no such user in the files",
    ],
    ["no environment", ["drift"], secret, 64, "Add --env ENV. There are: down, local, shared, wrong."],
    ["an environment that isn't there", ["drift", "--env", "locl"], secret, 64, 'Did you mean "local"?'],
    ["an option that isn't there", ["drift", "--evn", "local"], secret, 64, '"--env"'],
    ["a command that isn't there", ["drfit"], secret, 64, 'Did you mean "drift"?'],
  ])("%s", async (_title, args, environment, code, said) => {
    const result = await queueform(args, directory, environment);
    expect(result.code).toBe(code);
    expect(result.stdout + result.stderr).toContain(said);
    expect(result.stdout + result.stderr).not.toMatch(/hunter2|\n\s+at |Queueform failed/);
  });
});
