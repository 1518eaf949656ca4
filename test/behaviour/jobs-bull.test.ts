import Bull from "bull";
import { afterEach, describe, expect, test } from "vitest";
import { sharedRedis, Stage, until } from "../kinds/job-queues/stage.ts";

const opened: Bull.Queue[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((queue) => queue.close()));
});

/** A queue as the file describes it, applied, and opened twice with the settings that applications are given. */
async function start(title: string, words: string) {
  const stage = new Stage("bull", title);
  const plan = stage.plan(words);
  expect(await stage.apply(plan)).toMatchObject({ failed: [], refused: [], problems: [] });
  const settings = stage.settings(plan);
  const open = (): Bull.Queue => {
    const queue = new Bull(stage.queue, { redis: sharedRedis(), ...settings.queue });
    opened.push(queue);
    return queue;
  };
  const workers = open();
  const work = (processor: (job: Bull.Job) => Promise<unknown>): Bull.Queue => {
    void workers.process(settings.worker.concurrency, processor);
    return workers;
  };
  return { stage, queue: open(), work };
}

describe("Bull: a job", () => {
  test("runs before those with a larger priority, and has the queue's when it has none of its own", async () => {
    const { queue, work } = await start("priority", "priority: 5");
    await queue.add({ name: "late" }, { priority: 9 });
    await queue.add({ name: "usual" });
    await queue.add({ name: "first" }, { priority: 1 });
    const order: string[] = [];
    work(async ({ data }) => order.push(data.name));
    await until(() => order.length === 3);
    expect(order).toEqual(["first", "usual", "late"]);
  });

  test("waits for its delay", async () => {
    const { queue, work } = await start("delayed", "delay: 700ms");
    const job = await queue.add({});
    expect(await job.getState()).toBe("delayed");
    const ran = new Promise<number>((resolve) => work(async () => resolve(Date.now())));
    expect((await ran) - job.timestamp).toBeGreaterThanOrEqual(699);
  });

  test("is tried after waits of 1, 3 and 7 times the delay, and then sits in the failed set; completed and failed are seen", async () => {
    const words = "attempts: 4\nbackoff: { type: exponential, delay: 100ms }\nremoveOnComplete: true";
    const { queue, work } = await start("retried", words);
    const times: number[] = [];
    const completed: Bull.JobId[] = [];
    const failed: string[] = [];
    const workers = work(async ({ data }) => {
      if (data.fine) return;
      times.push(Date.now());
      throw new Error(`no ${times.length}`);
    });
    workers.on("completed", (job) => completed.push(job.id));
    workers.on("failed", (_job, error) => failed.push(error.message));
    const doomed = await queue.add({});
    const fine = await queue.add({ fine: true });
    await until(() => failed.length === 4 && completed.length === 1);
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    expect(waits).toHaveLength(3);
    [100, 300, 700].forEach((least, index) => expect(waits[index]).toBeGreaterThanOrEqual(least - 1));
    expect(failed.at(-1)).toBe("no 4");
    await until(async () => (await (await queue.getJob(doomed.id))?.getState()) === "failed");
    expect(completed).toEqual([fine.id]);
    expect(await queue.getJob(fine.id)).toBeNull();
  });
});

test("Bull: the rate limit comes with the settings of each client", async () => {
  const { queue, work } = await start("rate", "rateLimit: { max: 2, duration: 1s }\nconcurrency: 5");
  const times: number[] = [];
  await queue.addBulk(Array.from({ length: 5 }, () => ({ data: {} })));
  work(async () => times.push(Date.now()));
  await until(() => times.length === 5);
  for (const index of [0, 2]) expect(times[index + 2]! - times[index]!).toBeGreaterThanOrEqual(900);
});

test("Bull: a schedule makes jobs, by cron and by distance, until it is taken out of the file", async () => {
  const both = `
attempts: 2
schedules:
  every: { every: 1s, data: { from: every } }
  cron: { cron: "* * * * * *", timezone: UTC, data: { from: cron } }
`;
  const { work, stage } = await start("scheduled", both);
  const seen: { from: string; attempts: number | undefined }[] = [];
  work(async ({ data, opts }) => seen.push({ from: data.from, attempts: opts.attempts }));
  const times = (name: string): number => seen.filter(({ from }) => from === name).length;
  await until(() => times("every") >= 2 && times("cron") >= 2);
  expect(seen.map(({ attempts }) => attempts)).toEqual(seen.map(() => 2));

  const left = stage.plan(both.replace(/^ {2}every:.*\n/m, ""));
  expect(await stage.apply(left)).toMatchObject({ sent: { changed: 1 }, failed: [] });
  const before = times("every");
  const ticks = times("cron");
  await until(() => times("cron") >= ticks + 3);
  // One may have been on its way to the worker.
  expect(times("every") - before).toBeLessThanOrEqual(1);
  expect(await stage.apply(left)).toMatchObject({ sent: { created: 0, changed: 0, removed: 0 } });
});
