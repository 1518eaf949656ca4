import { type Job, Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { planFrom } from "../brokers/project.ts";
import { ownName } from "../brokers/sandboxes.ts";
import { sharedRedis, Stage, until } from "../kinds/job-queues/stage.ts";

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
const open = <T extends { close(): Promise<unknown> }>(one: T): T => {
  opened.push(one);
  return one;
};

/** A queue as the file describes it, applied, and opened with the settings that applications are given. */
async function start(title: string, words: string, others = "") {
  const stage = new Stage("bullmq", title);
  const plan = stage.plan(words, others);
  expect(await stage.apply(plan)).toMatchObject({ failed: [], refused: [], problems: [] });
  return { stage, plan, queue: openQueue(stage, plan), work: worker(stage, plan) };
}

const openQueue = (stage: Stage, plan: Plan, name = stage.queue): Queue =>
  open(new Queue(name, { connection: stage.connection, ...stage.settings(plan, name).queue }));

const worker =
  (stage: Stage, plan: Plan) =>
  (processor: (job: Job) => Promise<unknown>): Worker =>
    open(
      new Worker(stage.queue, processor, {
        connection: stage.connection,
        ...stage.settings(plan).worker,
      }),
    );

describe("BullMQ: a job", () => {
  test("runs before those with a larger priority, and has the queue's when it has none of its own", async () => {
    const { queue, work } = await start("priority", "priority: 5");
    await queue.add("late", {}, { priority: 9 });
    await queue.add("usual", {});
    await queue.add("first", {}, { priority: 1 });
    await queue.add("trap", {}, { priority: 0 });
    const order: string[] = [];
    work(async ({ name }) => order.push(name));
    await until(() => order.length === 4);
    expect(order).toEqual(["trap", "first", "usual", "late"]);
  });

  test("waits for its delay", async () => {
    const { queue, work } = await start("delayed", "delay: 700ms");
    const job = await queue.add("later", {});
    expect(await job.getState()).toBe("delayed");
    const ran = new Promise<number>((resolve) => work(async () => resolve(Date.now())));
    expect((await ran) - job.timestamp).toBeGreaterThanOrEqual(699);
  });

  test("is tried as often as declared, after waits that double, and then sits in the failed set with its reason", async () => {
    const words = "attempts: 4\nbackoff: { type: exponential, delay: 200ms }";
    const { queue, work, stage } = await start("retried", words);
    const events = open(new QueueEvents(stage.queue, { connection: stage.connection }));
    await events.waitUntilReady();
    const failed = new Promise<string>((resolve) =>
      events.on("failed", ({ failedReason }) => resolve(failedReason)),
    );
    // When it is due again, as BullMQ writes it down: how soon it runs then depends on the machine.
    const due: number[] = [];
    events.on("delayed", ({ delay }) => due.push(Number(delay)));
    const times: number[] = [];
    work(async () => {
      times.push(Date.now());
      throw new Error(`no ${times.length}`);
    });
    const { id } = await queue.add("doomed", {});
    expect(await failed).toBe("no 4");
    await until(() => due.length === 3);
    [200, 400, 800].forEach((wait, index) => {
      expect(due[index]! - times[index]!).toBeGreaterThanOrEqual(wait);
      // After the first attempt, Bull's formula would give the same; after the next ones, half as much again or more.
      expect(due[index]! - times[index]!).toBeLessThan(wait * 1.5);
      expect(times[index + 1]).toBeGreaterThanOrEqual(due[index]! - 1);
    });
    expect(times).toHaveLength(4);
    const dead = await queue.getJob(id!);
    expect([await dead?.getState(), dead?.failedReason]).toEqual(["failed", "no 4"]);
  });

  test("that fails for good is copied to the second queue that the settings name", async () => {
    const second = ownName("dead");
    const { queue, work, stage, plan } = await start(
      "dead-letter",
      `attempts: 2\nremoveOnFail: true\ndeadLetter: { queue: ${second} }`,
      `${second}: { library: { name: bullmq, major: 6 } }`,
    );
    const { deadLetter } = stage.settings(plan);
    if (deadLetter === "failed-set") throw new Error("The settings name no second queue.");
    const dead = openQueue(stage, plan, deadLetter.queue);
    work(async () => Promise.reject(new Error("broken"))).on("failed", (job, error) => {
      if (job && job.attemptsMade >= (job.opts.attempts ?? 1))
        void dead.add(job.name, { ...job.data, failedReason: error.message }, { jobId: `of-${job.id}` });
    });
    await queue.add("email", { to: "a@example.com" });
    const [letter] = await until(async () => {
      const letters = await dead.getJobs(["waiting"]);
      return letters.length > 0 && letters;
    });
    expect(letter).toMatchObject({ name: "email", data: { to: "a@example.com", failedReason: "broken" } });
    await until(async () => (await queue.getFailedCount()) === 0);
  });

  test("is removed when it is done, if the file says so, and its completed event is seen", async () => {
    const { queue, work, stage } = await start(
      "removed",
      "removeOnComplete: true\nremoveOnFail: { count: 1 }",
    );
    const events = open(new QueueEvents(stage.queue, { connection: stage.connection }));
    await events.waitUntilReady();
    work(async ({ data }) => (data === "bad" ? Promise.reject(new Error("bad")) : "sent"));
    const job = await queue.add("email", "good");
    expect(await job.waitUntilFinished(events)).toBe("sent");
    expect(await queue.getJob(job.id!)).toBeUndefined();
    for (const _ of [1, 2, 3])
      await expect((await queue.add("email", "bad")).waitUntilFinished(events)).rejects.toThrow("bad");
    expect(await queue.getFailedCount()).toBe(1);
  });
});

describe("BullMQ: limits in Redis hold for all workers together", () => {
  test("no more jobs start in a stretch of time than the rate limit allows", async () => {
    const { queue, work } = await start("rate", "rateLimit: { max: 2, duration: 1s }\nconcurrency: 5");
    const times: number[] = [];
    const processor = async () => times.push(Date.now());
    await queue.addBulk(Array.from({ length: 5 }, () => ({ name: "call", data: {} })));
    work(processor);
    work(processor);
    await until(() => times.length === 5);
    // Three in a row never fall into one second; timers may be a little early.
    for (const index of [0, 2]) expect(times[index + 2]! - times[index]!).toBeGreaterThanOrEqual(900);
  });

  test("no more jobs run at a time than the global concurrency", async () => {
    const { queue, work } = await start("concurrency", "globalConcurrency: 2\nconcurrency: 5");
    let running = 0;
    let most = 0;
    let done = 0;
    const processor = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running--;
      done++;
    };
    await queue.addBulk(Array.from({ length: 10 }, () => ({ name: "call", data: {} })));
    work(processor);
    work(processor);
    await until(() => done === 10);
    expect(most).toBe(2);
  });
});

test("BullMQ: a schedule makes jobs, by cron and by distance, until it is taken out of the file", async () => {
  const both = `
attempts: 2
schedules:
  every: { every: 1s, data: { from: every } }
  cron: { cron: "* * * * * *", timezone: UTC, name: tick }
`;
  const { work, stage } = await start("scheduled", both);
  const seen: { from: string; job: Job }[] = [];
  work(async (job) => seen.push({ from: job.name, job }));
  const times = (name: string): number => seen.filter(({ from }) => from === name).length;
  await until(() => times("every") >= 2 && times("tick") >= 2);
  expect(seen.find(({ from }) => from === "every")?.job).toMatchObject({
    data: { from: "every" },
    opts: { attempts: 2 },
  });

  const left = stage.plan(both.replace(/^ {2}every:.*\n/m, ""));
  expect(await stage.apply(left)).toMatchObject({ sent: { changed: 1 }, failed: [] });
  const before = times("every");
  const ticks = times("tick");
  await until(() => times("tick") >= ticks + 3);
  // One may have been on its way to the worker.
  expect(times("every") - before).toBeLessThanOrEqual(1);
  expect(await stage.apply(left)).toMatchObject({ sent: { created: 0, changed: 0, removed: 0 } });
});

test("a duplicate is handled once: the first to claim its id with NX handles it, for as long as the settings say", async () => {
  const prefix = `${ownName("processed")}:`;
  const plan = planFrom(
    `redis:\n  jobs: { on: external, idempotency: { keyPrefix: "${prefix}", ttl: 24h } }\n`,
  );
  const settings = plan.objects.find(({ kind }) => kind === "redis-server")?.spec["idempotency"] as {
    keyPrefix: string;
    ttl: number;
  };
  const { queue, work } = await start("idempotent", "concurrency: 2");
  const redis = new Redis({ ...sharedRedis(), maxRetriesPerRequest: null });
  try {
    const handled: string[] = [];
    let seen = 0;
    work(async ({ data }) => {
      const key = `${settings.keyPrefix}${data.id}`;
      const claimed = await redis.set(key, "1", "EX", String(settings.ttl), "NX");
      if (claimed === "OK") handled.push(data.id);
      seen++;
    });
    await queue.addBulk(["a", "b", "a", "a", "b"].map((id) => ({ name: "order", data: { id } })));
    await until(() => seen === 5);
    expect(handled.toSorted()).toEqual(["a", "b"]);
    const ttl = await redis.ttl(`${prefix}a`);
    expect(ttl).toBeGreaterThan(86_000);
    expect(ttl).toBeLessThanOrEqual(86_400);
  } finally {
    redis.disconnect();
  }
});
