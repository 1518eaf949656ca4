import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin } from "@platformatic/kafka";
import { default as Bull } from "bull";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readLive } from "../../src/adopt/sources/live.ts";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { Environment, KafkaCluster } from "../../src/environment/environment.ts";
import type { RedisContentSpec } from "../../src/kinds/redis-content/spec.ts";
import { type Drift, drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import { load } from "../../src/load.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Plan, PlanObject } from "../../src/plan/plan.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import type { SandboxState } from "../../src/sandbox/state.ts";
import { nothingFound, nothingSent } from "../apply/stage.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";
import { adopted, modelOf, specsOf } from "./adopting.ts";

const project = join(import.meta.dirname, "../..");
const password = "hunter2";
const secret = (): string => password;

// An import reads all there is, so these tests have brokers of their own.
let directory: string;
let sandbox: SandboxState;
let redis: Redis;
let address: { readonly host: string; readonly port: number };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "queueform-test-"));
  sandbox = await startSandbox({ directory, parts: ["kafka", "redis"] });
  address = { host: sandbox.redis!.host, port: sandbox.redis!.port };
  redis = new Redis(address);
});
afterAll(async () => {
  redis.disconnect();
  await stopSandbox(directory);
  await rm(directory, { recursive: true, force: true });
});
beforeEach(() => redis.flushall());
afterEach(async () => {
  const kafka = await kafkaClient(sandbox.kafka!);
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

function environment(access: Partial<KafkaCluster> = {}): Environment {
  const base = environmentOf({ kafka: { ...sandbox.kafka!, ...access } });
  const mark = { source: base.source, start: 0, end: 0 };
  const jobs = { name: "jobs", reach: "direct", tls: false, ...address, mark } as const;
  return { ...base, clusters: { ...base.clusters, redis: new Map([["jobs", jobs]]) } };
}

interface Imported {
  readonly plan: Plan;
  readonly text: string;
  /** Of what was left out, by key. */
  readonly notes: ReadonlyMap<string, string>;
  drift(): Promise<Drift>;
  apply(): Promise<ApplyResult>;
}

/** What an import writes, after proving that it says that it changes nothing. */
async function imported(env: Environment, withAccess = false): Promise<Imported> {
  const written = adopted(await readLive(env, undefined, secret, withAccess), env);
  expect(written.changes).toEqual([]);
  const plan = planOf(modelOf(written, env));
  return {
    plan,
    text: written.files.map(({ text }) => text).join("\n"),
    notes: new Map(written.notes.map(({ key, about, text }) => [key ?? about, text])),
    drift: async () => drift(plan, await observe(plan, env, secret)),
    apply: () => applyPlan(plan, env, secret, { allow: [], onProgress: () => undefined }),
  };
}

/** Without what only applications know. */
function observable(objects: readonly PlanObject[]): PlanObject[] {
  return objects.flatMap((object) => {
    const { client: _client, idempotency: _idempotency, ...spec } = object.spec;
    if (object.kind === "kubernetes-object" || object.kind.startsWith("rabbitmq-")) return [];
    const queue = object.kind === "redis-content" ? (spec as RedisContentSpec) : undefined;
    // Before its first job, a queue without schedules has nothing in Redis.
    const isThere = !queue || Object.keys(queue.schedules).length > 0;
    return isThere ? [{ ...object, spec }] : [];
  });
}

test("the shipped example comes back as the same plan, and nothing drifts", async () => {
  const env = environment({ access: "managed" });
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
  const admin = new Admin({ clientId: "other", bootstrapBrokers: [...sandbox.kafka!.bootstrap] });
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
  const kafka = await kafkaClient(sandbox.kafka!);
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
    { name: "slow", password },
  ]);
  await access.createAcls([
    acl("billing", "Write"),
    acl("billing", "Describe"),
    acl("report", "Read"),
    acl("report", "Describe"),
    acl("report", "Read", { resourceType: "Group", resourceName: "nightly" }),
    acl("intern", "Write", { permission: "Deny" }),
    acl("ops", "Read", { patternType: "Prefixed", resourceName: "Bill" }),
  ]);
  await access.alterQuotas([
    { user: "billing", limits: { producer_byte_rate: 1_048_576, request_percentage: 12.5 } },
    { user: "slow", limits: { producer_byte_rate: 1000 } },
  ]);
  await kafka.close();
  await limitMutations("slow");

  const env = environment({ access: "managed" });
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
    expect.stringMatching(/acl\/Topic\/Billing_Events-v2\/User:intern/),
    "kafka/main/quota/slow",
  ]);
  const found = await live.drift();
  expect(found).toMatchObject({ changed: [], missing: [] });
  expect(found.unmanaged.map(({ key }) => key).toSorted()).toEqual(unsaid);
  expect(await live.apply()).toMatchObject({ ...nothingSent, unmanaged: found.unmanaged });
});

/** A limit that the language has no word for. */
async function limitMutations(user: string): Promise<void> {
  const admin = new Admin({ clientId: "other", bootstrapBrokers: [...sandbox.kafka!.bootstrap] });
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

test("who may do what on Kafka is read where files manage it, or where somebody asks", async () => {
  const kafka = await kafkaClient(sandbox.kafka!);
  await kafka.access.putScramUsers([{ name: "web", password }]);
  await kafka.close();
  expect((await imported(environment())).text).not.toContain("web");
  expect((await imported(environment(), true)).text).toContain('web: { password: "${secret:WEB_PASSWORD}" }');
});

test("queues of BullMQ that applications made are said, or named", async () => {
  const queue = new Queue("invoices", { connection: address, prefix: "app:{jobs}" });
  const other = new Queue("invoices", { connection: address, prefix: "old" });
  const idle = new Queue("idle", { connection: address });
  await Promise.all([queue, other, idle].map((one) => one.waitUntilReady()));
  await queue.add("now", {}, { attempts: 9 });
  await queue.setGlobalConcurrency(4);
  await queue.setGlobalRateLimit(10, 1500);
  const opts = { attempts: 3, backoff: { type: "exponential", delay: 1000 }, removeOnFail: { age: 60 } };
  const soon = Date.parse("2999-01-01T00:00:00Z");
  await queue.upsertJobScheduler("usual", { every: 90_000 }, { name: "tick", data: { a: [1] }, opts });
  await queue.upsertJobScheduler(
    "until",
    { pattern: "0 9 * * *", tz: "Asia/Seoul", endDate: soon },
    { opts },
  );
  await queue.upsertJobScheduler("plain", { every: 5000 });
  await queue.upsertJobScheduler("odd", { every: 5001, endDate: soon + 1 }, { opts });
  await queue.upsertJobScheduler("dead", { pattern: "0 1 * * *" }, { opts });
  for (const key of await redis.keys("app:{jobs}:invoices:repeat:dead:*")) await redis.del(key);
  await idle.upsertJobScheduler("once", { pattern: "0 0 1 1 *" });
  await redis.hset("user:7:meta", { name: "somebody else's" });
  await Promise.all([queue, other, idle].map((one) => one.close()));

  const { plan, notes, text, ...live } = await imported(environment());
  const library = { name: "bullmq", major: 6 };
  expect(specsOf(observable(plan.objects))).toMatchObject({
    "redis/jobs/server/jobs": { maxmemoryPolicy: "noeviction" },
    "redis/jobs/queue/idle": { prefix: "bull", library, schedules: { once: { options: { attempts: 1 } } } },
    "redis/jobs/queue/invoices": {
      prefix: "app:{jobs}",
      library,
      globalConcurrency: 4,
      rateLimit: { max: 10, duration: 1500 },
      schedules: { usual: { name: "tick", every: 90_000, options: opts }, until: { endDate: soon } },
    },
  });
  expect(text).toContain("rateLimit: { max: 10, duration: 1500ms }");
  expect(text).toMatch(/# Redis doesn't know what applications are started with/);
  expect(text).not.toContain("user");
  const schedule = (id: string): string => `redis/jobs/queue/invoices/schedule/${id}`;
  expect([...notes.keys()].toSorted()).toEqual([
    "redis/jobs/queue/invoices",
    schedule("dead"),
    schedule("odd"),
    schedule("plain"),
  ]);
  expect(notes.get(schedule("plain"))).toMatch(/other options/);
  const found = await live.drift();
  expect(found).toMatchObject({ changed: [], missing: [], unchecked: [] });
  expect(found.unmanaged.map(({ key }) => key).toSorted()).toEqual(["dead", "odd", "plain"].map(schedule));
  expect(await live.apply()).toMatchObject({ ...nothingSent, unmanaged: found.unmanaged });
});

test("queues of Bull that applications made are said, or named", async () => {
  const queue = new Bull("mails", { redis: address, prefix: "shop" });
  const idle = new Bull("idle", { redis: address });
  await queue.add("digest", { to: "all" }, { jobId: "daily", repeat: { cron: "0 9 * * *", tz: "UTC" } });
  await queue.add("digest", {}, { repeat: { every: 60_000 } });
  await (await idle.add({})).remove();
  await redis.set("orders:id", "17");
  await redis.set("bull:word:id", "no number");
  await Promise.all([queue.close(), idle.close()]);

  const { plan, notes, ...live } = await imported(environment());
  const library = { name: "bull", major: 4 };
  expect(specsOf(observable(plan.objects))).toMatchObject({
    "redis/jobs/queue/mails": {
      prefix: "shop",
      library,
      schedules: {
        daily: { name: "digest", data: { to: "all" }, cron: "0 9 * * *", timezone: "UTC" },
      },
    },
  });
  const queues = plan.objects.filter(({ kind }) => kind === "redis-content");
  expect(queues.map(({ key }) => key)).toEqual(["redis/jobs/queue/idle", "redis/jobs/queue/mails"]);
  expect([...notes.values()]).toEqual([expect.stringContaining("without a jobId")]);
  const found = await live.drift();
  expect(found).toMatchObject({ changed: [], missing: [], unchecked: [] });
  expect(found.unmanaged.map(({ key }) => key)).toEqual([...notes.keys()]);
  expect(await live.apply()).toMatchObject({ ...nothingSent, unmanaged: found.unmanaged });
});

test("a Redis that would lose jobs is named, and still said as it should be", async () => {
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  try {
    const { notes, plan } = await imported(environment());
    expect([...notes.values()]).toEqual([expect.stringContaining("maxmemory-policy allkeys-lru")]);
    expect(specsOf(plan.objects)).toEqual(specsOf(planFrom("redis: { jobs: { on: external } }").objects));
  } finally {
    await redis.config("SET", "maxmemory-policy", "noeviction");
  }
});
