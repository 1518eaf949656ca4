import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownName } from "../../brokers/sandboxes.ts";
import { queueform } from "../../cli/run.ts";
import { sharedRedis } from "./stage.ts";

const directory = mkdtempSync(join(tmpdir(), "queueform-only-"));
const name = ownName("only");
const { host, port } = sharedRedis();

function write(schedules: string): void {
  mkdirSync(join(directory, "topology"), { recursive: true });
  writeFileSync(
    join(directory, "topology/jobs.yaml"),
    `apiVersion: queueform/v1
domain: shop
rabbitmq: { queues: { orders: {} } }
redis:
  jobs:
    on: kubernetes
    memory: 512Mi
    storage: 8Gi
    queues:
      ${name}: { library: { name: bullmq, major: 6 }, removeOnComplete: true, schedules: ${schedules} }
`,
  );
}

/** A stack file of Pulumi's; its RabbitMQ and Kubernetes are nowhere, so whatever asks them fails. */
function stack(environment: string, redis: string): void {
  mkdirSync(join(directory, "stacks"), { recursive: true });
  writeFileSync(
    join(directory, `stacks/Pulumi.${environment}.yaml`),
    `config:
  queueform:environment:
    engine: pulumi
    clusters:
      rabbitmq: { main: { endpoint: "http://127.0.0.1:1", username: guest, password: "\${secret:NOT_SET}" } }
      kubernetes: { main: { kubeconfig: /nowhere } }
      redis: { jobs: { ${redis} } }
`,
  );
}

const apply = (environment: string, ...more: string[]) =>
  queueform(["apply", "--env", environment, ...more], directory);

beforeAll(() => {
  write("{ hourly: { every: 1h } }");
  stack("prod", `endpoint: "redis://${host}:${port}"`);
  stack("far", `endpoint: "redis://${host}:${port}", reach: none`);
  stack("gone", 'endpoint: "redis://127.0.0.1:1"');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("in an environment of Pulumi's, apply writes what job queues hold, and nothing else", async () => {
  const queue = new Queue(name, { connection: { host, port }, skipMetasUpdate: true });
  try {
    const refused = await apply("prod");
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain("--only redis-content");
    expect((await apply("prod", "--only", "kafka-topic")).code).toBe(64);
    expect(await queue.getJobSchedulers()).toEqual([]);

    const first = await apply("prod", "--only", "redis-content");
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("1 created")]);
    expect((await queue.getJobSchedulers()).map(({ key }) => key)).toEqual(["hourly"]);
    const second = await apply("prod", "--only", "redis-content");
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining("nothing to do")]);

    write("{}");
    expect((await apply("prod", "--only", "redis-content")).code).toBe(0);
    expect(await queue.getJobSchedulers()).toEqual([]);
  } finally {
    await queue.close();
  }
});

test("a Redis that can't be reached is exit 3, and one that never can from here is left out by the file", async () => {
  const gone = await apply("gone", "--only", "redis-content");
  expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining("Nothing answers")]);
  const far = await apply("far", "--only", "redis-content");
  expect([far.code, far.stderr]).toEqual([0, expect.stringContaining("Left out: ")]);
});
