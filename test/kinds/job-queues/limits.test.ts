import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, expect, test } from "vitest";
import { sharedRedis, Stage } from "./stage.ts";

const redis = new Redis({ ...sharedRedis(), maxRetriesPerRequest: 0 });
afterAll(() => redis.disconnect());

const limited = "globalConcurrency: 2\nrateLimit: { max: 10, duration: 1m }\n";

test("global concurrency and rate limit are set, changed, and reset when the file doesn't have them", async () => {
  const stage = new Stage("bullmq", "limits");
  const queue = new Queue(stage.queue, { connection: stage.connection });
  const limits = async () => [await queue.getGlobalConcurrency(), await queue.getGlobalRateLimit()];
  try {
    await stage.apply(stage.plan(limited));
    expect(await limits()).toEqual([2, { max: 10, duration: 60_000 }]);
    await queue.setGlobalConcurrency(7);
    expect((await stage.drift(stage.plan(limited))).changed[0]?.fields).toMatchObject([
      { field: "globalConcurrency", before: 7, after: 2 },
    ]);
    expect(await stage.apply(stage.plan(limited))).toMatchObject({ sent: { changed: 1 }, failed: [] });
    await stage.apply(stage.plan("globalConcurrency: 3"));
    expect(await limits()).toEqual([3, null]);
    expect(await stage.apply(stage.plan())).toMatchObject({ sent: { changed: 1 }, failed: [] });
    expect(await limits()).toEqual([null, null]);
  } finally {
    await queue.close();
  }
});

test("the version that applications wrote into Redis stays theirs", async () => {
  const stage = new Stage("bullmq", "version");
  const meta = `bull:${stage.queue}:meta`;
  await redis.hset(meta, "version", "bullmq:6.0.1");
  await stage.apply(stage.plan(limited));
  expect(await redis.hget(meta, "version")).toBe("bullmq:6.0.1");
});

test.each([
  ["bullmq:5.58.0", "BullMQ 5", "bullmq"],
  ["bullmq:6.7.0", "BullMQ 6", "bull"],
] as const)(
  "where %s has been, another library or major is not written over it",
  async (version, found, library) => {
    const stage = new Stage(library, "mismatch");
    await redis.hset(`bull:${stage.queue}:meta`, "version", version);
    const plan = stage.plan("schedules: { hourly: { every: 1h } }");
    expect((await stage.drift(plan)).changed[0]?.impact).toBe("message-loss");
    const { failed } = await stage.apply(plan);
    expect(failed[0]?.reason).toContain(`belongs to ${found}`);
    expect(await redis.exists(`bull:${stage.queue}:repeat`, `bull:${stage.queue}:delayed`)).toBe(0);
  },
);

test("where Bull has been, nothing of BullMQ's is written", async () => {
  const stage = new Stage("bullmq", "mismatch");
  await redis.set(`bull:${stage.queue}:id`, "12");
  const { failed } = await stage.apply(stage.plan("schedules: { hourly: { every: 1h } }"));
  expect(failed[0]?.reason).toContain("belongs to Bull 4");
  expect(await redis.keys(`bull:${stage.queue}:*`)).toEqual([`bull:${stage.queue}:id`]);
});

test("what applications are told is never drift", async () => {
  const stage = new Stage("bullmq", "client");
  const plan = stage.plan("attempts: 9\nconcurrency: 5\npriority: 3");
  expect(await stage.drift(plan)).toMatchObject({ changed: [], missing: [], unmanaged: [] });
  expect(await stage.apply(plan)).toMatchObject({ sent: { created: 0, changed: 0 }, failed: [] });
  expect(await redis.keys(`bull:${stage.queue}:*`)).toEqual([]);
});
