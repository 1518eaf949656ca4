import { default as Bull } from "bull";
import { Queue } from "bullmq";
import { expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { nothingSent } from "../apply/stage.ts";
import { planFrom } from "../brokers/project.ts";
import { specsOf } from "./adopting.ts";
import { imported, observable, ownBrokers, secret } from "./own-brokers.ts";

const brokers = ownBrokers("redis");

test("queues of BullMQ that applications made are said, or named", async () => {
  const queue = new Queue("invoices", { connection: brokers.address, prefix: "app:{jobs}" });
  const other = new Queue("invoices", { connection: brokers.address, prefix: "old" });
  const idle = new Queue("idle", { connection: brokers.address });
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
  for (const key of await brokers.redis.keys("app:{jobs}:invoices:repeat:dead:*"))
    await brokers.redis.del(key);
  await idle.upsertJobScheduler("once", { pattern: "0 0 1 1 *" });
  await brokers.redis.hset("user:7:meta", { name: "somebody else's" });
  await Promise.all([queue, other, idle].map((one) => one.close()));

  const { plan, notes, text, ...live } = await imported(brokers.environment());
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
  const queue = new Bull("mails", { redis: brokers.address, prefix: "shop" });
  const idle = new Bull("idle", { redis: brokers.address });
  await queue.add("digest", { to: "all" }, { jobId: "daily", repeat: { cron: "0 9 * * *", tz: "UTC" } });
  await queue.add("digest", {}, { repeat: { every: 60_000 } });
  await queue.add("late", {}, { jobId: "late", repeat: { every: 60_001, startDate: new Date() } });
  await (await idle.add({})).remove();
  await brokers.redis.set("shop:orders:id", "17");
  await brokers.redis.set("bull:word:id", "no number");
  await Promise.all([queue.close(), idle.close()]);

  const { plan, notes, ...live } = await imported(brokers.environment());
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
  expect([...notes.values()].toSorted()).toEqual([
    expect.stringContaining("without a jobId"),
    expect.stringContaining("no start date"),
  ]);
  const found = await live.drift();
  expect(found).toMatchObject({ changed: [], missing: [], unchecked: [] });
  expect(found.unmanaged.map(({ key }) => key).toSorted()).toEqual([...notes.keys()].toSorted());
  expect(await live.apply()).toMatchObject({ ...nothingSent, unmanaged: found.unmanaged });
});

test("what Queueform made and an application changed into what can't be said is named as what the next apply deletes", async () => {
  const env = brokers.environment();
  const schedule = (id: string): string => `redis/jobs/queue/mails/schedule/${id}`;
  const ours = planFrom(`
redis:
  jobs:
    on: external
    queues:
      mails:
        library: { name: bullmq, major: 6 }
        schedules: { daily: { cron: 0 9 * * *, timezone: UTC }, nightly: { cron: 0 1 * * *, timezone: UTC } }
`);
  const options = { allow: [], onProgress: () => undefined };
  expect(await applyPlan(ours, env, secret, options)).toMatchObject({ failed: [], refused: [] });
  expect([...(await imported(env)).notes]).toEqual([]);
  const queue = new Queue("mails", { connection: brokers.address });
  await queue.upsertJobScheduler("daily", { pattern: "0 9 * * *", tz: "UTC" }, { opts: { lifo: true } });
  await queue.upsertJobScheduler("theirs", { every: 5000 }, { opts: { lifo: true } });
  const { notes, ...live } = await imported(env);
  expect(notes.get(schedule("daily"))).toContain("the next apply of these files deletes it");
  expect(notes.get(schedule("theirs"))).not.toContain("apply");
  await live.apply();
  expect((await queue.getJobSchedulers()).map(({ key }) => key).toSorted()).toEqual(["nightly", "theirs"]);
  await queue.close();
});

test("a Redis that would lose jobs is named, and still said as it should be", async () => {
  await brokers.redis.config("SET", "maxmemory-policy", "allkeys-lru");
  try {
    const { notes, plan } = await imported(brokers.environment());
    expect([...notes.values()]).toEqual([expect.stringContaining("maxmemory-policy allkeys-lru")]);
    expect(specsOf(plan.objects)).toEqual(specsOf(planFrom("redis: { jobs: { on: external } }").objects));
  } finally {
    await brokers.redis.config("SET", "maxmemory-policy", "noeviction");
  }
});
