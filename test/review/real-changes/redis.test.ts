import { type Job, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import type { Plan } from "../../../src/plan/plan.ts";
import { review, worstImpact } from "../../../src/review/review.ts";
import { planFrom } from "../../brokers/project.ts";
import { ownName } from "../../brokers/sandboxes.ts";
import { sharedRedis, Stage } from "../../kinds/job-queues/stage.ts";

const opened: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});
const soon = { timeout: 30_000 };

const openQueue = (stage: Stage, plan: Plan, name = stage.queue): Queue => {
  const queue = new Queue(name, { connection: stage.connection, ...stage.settings(plan, name).queue });
  opened.push(queue);
  return queue;
};
const work = (stage: Stage, plan: Plan, does: (job: Job) => Promise<unknown>, name = stage.queue): void => {
  opened.push(new Worker(name, does, { connection: stage.connection, ...stage.settings(plan, name).worker }));
};
const waiting = (queue: Queue): Promise<number> => queue.getWaitingCount();

/** Puts five jobs into a queue, changes it for real, and returns the worst that a reviewer is told. */
async function make(
  stage: Stage,
  before: Plan,
  after: Plan,
): Promise<{ impact: string | undefined; old: Queue }> {
  const fine = { failed: [], refused: [], problems: [] };
  expect(await stage.apply(before)).toMatchObject(fine);
  const old = openQueue(stage, before);
  for (let index = 0; index < 5; index++) await old.add("job", { index });
  const found = review(before, after);
  const gone = found.changes.filter(({ effect }) => effect === "replaces" || effect === "deletes");
  expect(
    await stage.apply(
      after,
      gone.map(({ key }) => key),
    ),
  ).toMatchObject(fine);
  return { impact: worstImpact([found]), old };
}

describe("five jobs that wait", () => {
  test("are orphans under the old prefix: no worker of the new one sees them", async () => {
    const stage = new Stage("bullmq", "prefix");
    const [before, after] = [stage.plan("prefix: one"), stage.plan("prefix: two")];
    const { impact, old } = await make(stage, before, after);
    expect(impact).toBe("message-loss");
    const seen: unknown[] = [];
    work(stage, after, async ({ name }) => seen.push(name));
    await openQueue(stage, after).add("new", {});
    await expect.poll(() => seen, soon).toEqual(["new"]);
    expect(await waiting(old)).toBe(5);
  });

  test("are orphans under the old name of a renamed queue", async () => {
    const stage = new Stage("bullmq", "name");
    const before = stage.plan();
    const renamed = `${stage.queue}s`;
    const after: Plan = {
      objects: planFrom(
        `redis: { jobs: { on: external, queues: { ${renamed}: { library: { name: bullmq, major: 6 } } } } }`,
      ).objects.filter(({ kind }) => kind === "redis-content"),
    };
    const { impact, old } = await make(stage, before, after);
    expect(impact).toBe("message-loss");
    const seen: unknown[] = [];
    work(stage, after, async ({ name }) => seen.push(name), renamed);
    await openQueue(stage, after, renamed).add("new", {});
    await expect.poll(() => seen, soon).toEqual(["new"]);
    expect(await waiting(old)).toBe(5);
  });

  test.each<[what: string, before: string, after: string]>([
    ["other attempts", "attempts: 1", "attempts: 4"],
    [
      "another backoff",
      "attempts: 2\nbackoff: { type: fixed, delay: 1s }",
      "attempts: 2\nbackoff: { type: exponential, delay: 2s }",
    ],
    ["a limit on all workers together", "attempts: 1", "attempts: 1\nglobalConcurrency: 1"],
    ["a rate limit", "attempts: 1", "attempts: 1\nrateLimit: { max: 1000, duration: 1s }"],
  ])(
    "are all worked on after %s, with the options that they were added with: safe",
    async (_what, before, after) => {
      const stage = new Stage("bullmq", "options");
      const [old, current] = [stage.plan(before), stage.plan(after)];
      const { impact, old: queue } = await make(stage, old, current);
      expect(impact).toBe("safe");
      const options = (await queue.getWaiting()).map(({ opts: { attempts, backoff } }) => ({
        attempts,
        backoff,
      }));
      const { attempts, backoff } = queue.defaultJobOptions;
      expect(options).toEqual(Array.from({ length: 5 }, () => ({ attempts, backoff })));
      const seen: unknown[] = [];
      work(stage, current, async ({ data }) => seen.push((data as { index: number }).index));
      await expect.poll(() => seen.toSorted(), soon).toEqual([0, 1, 2, 3, 4]);
    },
  );
});

test("jobs that fail for good are deleted once removeOnFail says so; those of before are kept", async () => {
  const stage = new Stage("bullmq", "failed");
  const [before, after] = [stage.plan("attempts: 1"), stage.plan("attempts: 1\nremoveOnFail: true")];
  const { impact, old } = await make(stage, before, after);
  expect(impact).toBe("message-loss");
  const queue = openQueue(stage, after);
  await queue.add("new", {});
  work(stage, after, async () => {
    throw new Error("no");
  });
  await expect.poll(() => waiting(queue), soon).toBe(0);
  await expect.poll(() => old.getFailedCount(), soon).toBe(5);
  expect((await old.getFailed()).map(({ name }) => name)).not.toContain("new");
});

describe("a schedule", () => {
  const schedules = (text: string): string => `schedules: { ${text} }`;
  test("with another time is still one, and its waiting job is the new one's: safe", async () => {
    const stage = new Stage("bullmq", "time");
    const [before, after] = [
      stage.plan(schedules("daily: { every: 1h }")),
      stage.plan(schedules("daily: { every: 2h }")),
    ];
    const { impact, old } = await make(stage, before, after);
    expect(impact).toBe("safe");
    expect((await old.getJobSchedulers()).map(({ key, every }) => [key, every])).toEqual([
      ["daily", 7_200_000],
    ]);
    expect(await old.getDelayedCount()).toBeLessThanOrEqual(1);
  });

  test("with another id runs twice while an application still makes the old one: duplicates, as is said", async () => {
    const stage = new Stage("bullmq", "id");
    const [before, after] = [
      stage.plan(schedules("daily: { every: 1h }")),
      stage.plan(schedules("nightly: { every: 1h }")),
    ];
    const { impact, old } = await make(stage, before, after);
    expect(impact).toBe("ordering");
    const ids = async (): Promise<string[]> =>
      (await old.getJobSchedulers()).map(({ key }) => key).toSorted();
    expect(await ids()).toEqual(["nightly"]);
    await old.upsertJobScheduler("daily", { every: 3_600_000 });
    expect(await ids()).toEqual(["daily", "nightly"]);
  });

  test("that goes makes no more jobs, and the one that waits is deleted", async () => {
    const stage = new Stage("bullmq", "gone");
    const { impact, old } = await make(
      stage,
      stage.plan(schedules("daily: { cron: 0 9 1 1 * }")),
      stage.plan(),
    );
    expect(impact).toBe("disruption");
    expect(await old.getJobSchedulers()).toEqual([]);
    expect(await old.getDelayedCount()).toBe(0);
    expect(await waiting(old)).toBe(5);
  });
});

test("a message that comes back after a shorter idempotency ttl is handled twice, as is said", async () => {
  const redis = new Redis(sharedRedis());
  opened.push({ close: () => redis.quit() });
  const prefix = ownName("done");
  const server = (ttl: string): Plan =>
    planFrom(`redis: { jobs: { on: external, idempotency: { keyPrefix: "${prefix}:", ttl: ${ttl} } } }`);
  const [before, after] = [server("24h"), server("1s")];
  expect(worstImpact([review(before, after)])).toBe("ordering");
  /** As applications do it: whether this one may handle the message. */
  const claim = async ({ objects }: Plan): Promise<boolean> => {
    const settings = objects[0]?.spec["idempotency"] as { keyPrefix: string; ttl: number };
    return (await redis.set(`${settings.keyPrefix}message-1`, "1", "EX", settings.ttl, "NX")) === "OK";
  };
  expect([await claim(after), await claim(after)]).toEqual([true, false]);
  await expect.poll(() => claim(after), soon).toBe(true);
});
