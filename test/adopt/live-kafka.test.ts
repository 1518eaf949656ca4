import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  alterUserScramCredentialsV0,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
} from "@platformatic/kafka";
import { Queue } from "bullmq";
import { afterEach, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { openConnection } from "../../src/brokers/kafka-connection.ts";
import { load } from "../../src/load.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import { nothingFound, nothingSent } from "../apply/stage.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";
import { queueform } from "../cli/run.ts";
import { specsOf } from "./adopting.ts";
import { imported, observable, ownBrokers, password, secret } from "./own-brokers.ts";

const project = join(import.meta.dirname, "../..");
const brokers = ownBrokers("kafka", "redis");
afterEach(async () => {
  const kafka = await kafkaClient(brokers.kafka);
  const { access } = kafka;
  await kafka.deleteTopics(
    (await kafka.topics()).map(({ name }) => name).filter((name) => !name.startsWith("__")),
  );
  await access.deleteAcls(await access.acls());
  await access.deleteScramUsers(await access.scramUsers());
  const without = ({ limits }: { limits: object }): Record<string, undefined> =>
    Object.fromEntries(Object.keys(limits).map((name) => [name, undefined]));
  await access.alterQuotas(
    (await access.quotas()).map((quota) => ({ user: quota.user, limits: without(quota) })),
  );
  await kafka.close();
});

test("the shipped example comes back as the same plan, and nothing drifts", async () => {
  // With certificates, because the example has no passwords for Kafka.
  const env = brokers.environment({ access: "managed", principal: "CN={app}" });
  const { model } = load([join(project, "topology")], "sandbox", project);
  const objects = planOf(compile(model!.files, env)).objects.filter(({ kind }) =>
    /^(kafka|redis)-/.test(kind),
  );
  expect(await applyPlan({ objects }, env, secret, { allow: [], onProgress: () => undefined })).toMatchObject(
    {
      failed: [],
      refused: [],
      problems: [],
    },
  );
  const again = await imported(env);
  expect(specsOf(observable(again.plan.objects))).toEqual(specsOf(observable(objects)));
  expect(objects.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["kafka-topic", "kafka-acl", "redis-server", "redis-content"]),
  );
  expect(again.text).toContain("backoff: { type: fixed, delay: 5m }");
  expect(again.text).toContain("daily-report: { cron: 0 9 * * *, timezone: Asia/Seoul, data:");
  expect([...again.notes]).toEqual([]);
  expect(await again.drift()).toMatchObject(nothingFound);
  expect(await again.apply()).toMatchObject(nothingSent);
});

test("topics, users and rights that others made are said, or named", async () => {
  const admin = new Admin({ clientId: "other", bootstrapBrokers: [...brokers.kafka.bootstrap] });
  const config = (name: string, value: string): { name: string; value: string } => ({ name, value });
  await admin.createTopics({
    topics: ["Billing_Events-v2"],
    partitions: 3,
    replicas: 1,
    configs: [
      config("cleanup.policy", "delete,compact"),
      config("retention.ms", "604800000"),
      config("compression.type", "lz4"),
      config("min.cleanable.dirty.ratio", "0.25"),
    ],
  });
  await admin.close();
  const kafka = await kafkaClient(brokers.kafka);
  const { access } = kafka;
  const acl = (user: string, operation: string, rest = {}) => ({
    principal: `User:${user}`,
    host: "*",
    operation,
    permission: "Allow",
    resourceType: "Topic",
    resourceName: "Billing_Events-v2",
    patternType: "Literal",
    ...rest,
  });
  await access.putScramUsers([
    { name: "billing", password },
    { name: "report", password },
    { name: "slow", password },
  ]);
  await access.createAcls([
    acl("billing", "Write"),
    acl("billing", "Describe"),
    acl("report", "Read"),
    acl("report", "Describe"),
    acl("report", "Read", { resourceType: "Group", resourceName: "nightly" }),
    acl("intern", "Write", { permission: "Deny" }),
    acl("CN=robot", "Write"),
    acl("CN=robot", "Describe"),
    acl("ops", "Read", { patternType: "Prefixed", resourceName: "Bill" }),
  ]);
  await access.alterQuotas([
    { user: "billing", limits: { producer_byte_rate: 1_048_576, request_percentage: 12.5 } },
    { user: "slow", limits: { producer_byte_rate: 1000 } },
  ]);
  await kafka.close();
  await limitMutations("slow");

  const env = brokers.environment({ access: "managed" });
  const { plan, notes, text, ...live } = await imported(env);
  expect(text).not.toContain(password);
  expect(specsOf(plan.objects.filter(({ kind }) => kind === "kafka-topic"))).toEqual({
    "kafka/main/topic/Billing_Events-v2": {
      name: "Billing_Events-v2",
      partitions: 3,
      replicationFactor: 1,
      config: {
        "cleanup.policy": "compact,delete",
        "compression.type": "lz4",
        "min.cleanable.dirty.ratio": "0.25",
        "retention.ms": "604800000",
      },
    },
  });
  expect(text).toContain("retention: 7d");
  expect(text).toContain("producers: [ billing ]");
  expect(text).toContain("consumers: { nightly: { app: report } }");
  expect(text).toContain(
    "password: ${secret:BILLING_PASSWORD}\n      quota: { producerBytes: 1Mi, requestPercent: 12.5 }",
  );
  const unsaid = [...notes.keys()].toSorted();
  expect(unsaid).toEqual([
    expect.stringMatching(/acl\/Topic\/Bill\/User:ops/),
    expect.stringMatching(/acl\/Topic\/Billing_Events-v2\/User:CN=robot\/Describe/),
    expect.stringMatching(/acl\/Topic\/Billing_Events-v2\/User:intern/),
    "kafka/main/quota/slow",
  ]);
  const found = await live.drift();
  expect(found).toMatchObject({ changed: [], missing: [] });
  const robotWrites = "kafka/main/acl/Topic/Billing_Events-v2/User:CN=robot/Write";
  expect(found.unmanaged.map(({ key }) => key).toSorted()).toEqual([...unsaid, robotWrites].toSorted());
  expect(await live.apply()).toMatchObject({ ...nothingSent, unmanaged: found.unmanaged });
});

/** A limit that the language has no word for. */
async function limitMutations(user: string): Promise<void> {
  const admin = new Admin({ clientId: "other", bootstrapBrokers: [...brokers.kafka.bootstrap] });
  await admin.alterClientQuotas({
    entries: [
      {
        entities: [{ entityType: "user", entityName: user }],
        ops: [{ key: "controller_mutation_rate", value: 5, remove: false }],
      },
    ],
  });
  await admin.close();
}

test("limits, passwords and rights that no object can carry are named, once each", async () => {
  const admin = new Admin({ clientId: "other", bootstrapBrokers: [...brokers.kafka.bootstrap] });
  const entities = [
    { user: null },
    { "client-id": null },
    { "client-id": "etl" },
    { user: "web", "client-id": "etl" },
    { ip: "10.0.0.1" },
  ].map((entity) =>
    Object.entries(entity).map(([entityType, entityName]) => ({
      entityType: entityType as "user" | "client-id",
      entityName,
    })),
  );
  const limit = async (remove: boolean): Promise<unknown> =>
    admin.alterClientQuotas({
      entries: entities.map((one) => {
        const key =
          one[0]!.entityType === ("ip" as string) ? "connection_creation_rate" : "producer_byte_rate";
        return {
          entities: one,
          ops: [remove ? { key, remove: true } : { key, remove: false, value: 1024 }],
        };
      }) as Parameters<typeof admin.alterClientQuotas>[0]["entries"],
    });
  const token = {
    resourceType: ResourceTypes.USER,
    resourceName: "web",
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: "User:ops",
    host: "*",
    operation: AclOperations.CREATE_TOKENS,
    permissionType: AclPermissionTypes.ALLOW,
  };
  const scram = { name: "web", mechanism: ScramMechanisms.SCRAM_SHA_256 };
  const salted = { iterations: 4096, salt: Buffer.from("salt"), saltedPassword: Buffer.alloc(32, 1) };
  const kafka = await kafkaClient(brokers.kafka);
  await kafka.access.putScramUsers([{ name: "web", password }]);
  await kafka.close();
  const { connection } = await openConnection({ bootstrap: brokers.kafka.bootstrap, tls: false });
  await alterUserScramCredentialsV0.api.async(connection, [], [{ ...scram, ...salted }]);
  await admin.createAcls({ creations: [token] });
  await limit(false);
  try {
    const { notes, text, ...live } = await imported(brokers.environment({ access: "managed" }));
    const said = text.replaceAll(/\n# /g, " ");
    for (const part of [
      "The quota (producer_byte_rate) of every user without an own one has no word",
      "of every client without an own one has no word",
      'of the client "etl" has no word',
      'of the user "web" with the client "etl" has no word',
      'The quota (connection_creation_rate) of the address "10.0.0.1" has no word',
      'The user "web" has a password for SCRAM-SHA-256',
      'The ACL of User:ops for CREATE_TOKENS on USER "web" has no word',
    ])
      expect(said).toContain(part);
    expect(said.match(/Not taken over/g)).toHaveLength(7);
    expect(text).toContain('web: { password: "${secret:WEB_PASSWORD}" }');
    expect([...notes.keys()]).toEqual(["kafka/main"]);
    expect(await live.drift()).toMatchObject({ changed: [], missing: [], unmanaged: [] });
    expect(await live.apply()).toMatchObject(nothingSent);
  } finally {
    await limit(true);
    await alterUserScramCredentialsV0.api.async(connection, [scram], []);
    await connection.close();
    await admin.deleteAcls({ filters: [token] });
    await admin.close();
  }
});

test("who may do what on Kafka is read where files manage it, or where somebody asks", async () => {
  const kafka = await kafkaClient(brokers.kafka);
  await kafka.access.putScramUsers([{ name: "web", password }]);
  await kafka.close();
  expect((await imported(brokers.environment())).text).not.toContain("web");
  expect((await imported(brokers.environment(), true)).text).toContain(
    'web: { password: "${secret:WEB_PASSWORD}" }',
  );
});

test("on the command line: import, validate, fmt and drift agree, and an overlay is pointed at", async () => {
  const queue = new Queue("mails", { connection: brokers.address });
  await queue.upsertJobScheduler("daily", { pattern: "0 9 * * *", tz: "UTC" }, { opts: { attempts: 2 } });
  await queue.close();
  const kafka = await kafkaClient(brokers.kafka);
  await kafka.createTopics([{ name: "events", partitions: 2, replicationFactor: 1, config: {} }]);
  await kafka.close();
  const own = join(brokers.directory, "own");
  await mkdir(join(own, "stacks"), { recursive: true });
  await writeFile(join(own, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  await writeFile(
    join(own, "stacks/Pulumi.own.yaml"),
    `config:
  queueform:environment:
    engine: direct
    clusters:
      kafka: { main: { bootstrap: ["${brokers.kafka.bootstrap[0]}"], tls: false } }
      redis: { jobs: { endpoint: "redis://${brokers.address.host}:${brokers.address.port}" } }
      kubernetes: { main: { context: none, reach: none } }
    overlay:
      kafka.topics.*: { replication: 1 }
`,
  );
  const { code, stdout, stderr } = await queueform(["import", "--env", "own", "--out", "topology"], own);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "topology/kafka.yaml\ntopology/redis.yaml\n" });
  for (const part of [
    "Found: 1 topic, 1 Redis, 1 job queue.",
    'The Kubernetes cluster "main" was not read',
    "overlay in stacks/Pulumi.own.yaml",
    "applying them changes nothing",
  ])
    expect(stderr).toContain(part);
  expect(await queueform(["validate"], own)).toMatchObject({ code: 0 });
  expect(await queueform(["fmt", "--check"], own)).toMatchObject({ code: 0 });
  expect(await queueform(["drift", "--env", "own"], own)).toMatchObject({ code: 0 });
});
