import { Queue } from "bullmq";
import { default as Bull } from "bull";
import { Redis } from "ioredis";
import { afterAll, describe, expect, test } from "vitest";
import { planFrom } from "../../brokers/project.ts";
import { sharedRedis, Stage } from "./stage.ts";

const redis = new Redis({ ...sharedRedis(), maxRetriesPerRequest: 0 });
afterAll(() => redis.disconnect());

const report = `
attempts: 3
backoff: { type: exponential, delay: 1s }
removeOnComplete: true
schedules:
  daily-report: { cron: "0 9 * * *", timezone: Asia/Seoul, data: { type: daily-report, tags: [] } }
`;
const two = `${report}  cleanup: { every: 1h, name: clean, limit: 1000, endDate: 2999-01-01T00:00:00Z }\n`;

interface Listed {
  readonly id: string;
  readonly cron?: string;
  readonly every?: number;
  readonly timezone?: string;
}

/** What each library's own API lists, and changes as an application would. */
interface Application {
  list(): Promise<Listed[]>;
  add(id: string, cron: string): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  close(): Promise<void>;
}

function bullmq({ queue: name, connection }: Stage): Application {
  const queue = new Queue(name, { connection });
  return {
    list: async () =>
      (await queue.getJobSchedulers()).map(({ key, pattern, every, tz }) => ({
        id: key,
        ...(pattern !== undefined && { cron: pattern }),
        ...(every !== undefined && { every }),
        ...(tz !== undefined && { timezone: tz }),
      })),
    add: (id, pattern) => queue.upsertJobScheduler(id, { pattern, tz: "Asia/Seoul" }),
    remove: (id) => queue.removeJobScheduler(id),
    close: () => queue.close(),
  };
}

function bull({ queue: name }: Stage): Application {
  const queue = new Bull(name, { redis: sharedRedis() });
  const list = () => queue.getRepeatableJobs();
  return {
    list: async () =>
      (await list()).map(({ id, cron, every, tz }) => ({
        id: id ?? "",
        ...(cron && { cron }),
        ...(every && { every }),
        ...(tz && { timezone: tz }),
      })),
    add: (id, cron) => queue.add("own", {}, { jobId: id, repeat: { cron, tz: "Asia/Seoul" } }),
    remove: async (id) => {
      for (const one of await list()) if (one.id === id) await queue.removeRepeatableByKey(one.key);
    },
    close: () => queue.close(),
  };
}

const nothingToDo = { created: 0, changed: 0, removed: 0 };
const byId = (listed: Listed[]): Listed[] => listed.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe.each([
  ["bullmq", bullmq],
  ["bull", bull],
] as const)("schedules in Redis with %s", (library, connect) => {
  test("are written as the library lists them, a second apply writes nothing, and removed ones go", async () => {
    const stage = new Stage(library, "schedules");
    const application = connect(stage);
    try {
      expect(await stage.apply(stage.plan(two))).toMatchObject({ failed: [], refused: [], unmanaged: [] });
      expect(byId(await application.list())).toEqual([
        { id: "cleanup", every: 3_600_000 },
        { id: "daily-report", cron: "0 9 * * *", timezone: "Asia/Seoul" },
      ]);
      expect(await stage.apply(stage.plan(two))).toMatchObject({ sent: nothingToDo, failed: [] });
      expect(await stage.drift(stage.plan(two))).toMatchObject({ changed: [], missing: [], unmanaged: [] });

      expect(await stage.apply(stage.plan(report))).toMatchObject({ failed: [], unmanaged: [] });
      expect((await application.list()).map(({ id }) => id)).toEqual(["daily-report"]);
      expect(await stage.apply(stage.plan())).toMatchObject({ failed: [], unmanaged: [] });
      expect(await application.list()).toEqual([]);
      expect(await redis.zcard(`bull:${stage.queue}:delayed`)).toBe(0);
    } finally {
      await application.close();
    }
  });

  test("each change of one is drift, and apply makes it", async () => {
    const stage = new Stage(library, "changed");
    const application = connect(stage);
    try {
      await stage.apply(stage.plan(report));
      for (const changed of [
        report.replace("0 9", "30 8"),
        report.replace("Seoul", "Tokyo"),
        report.replace("type: daily", "type: weekly"),
        report.replace("attempts: 3", "attempts: 5"),
        report.replace("data:", "limit: 7, data:"),
        report.replace("data:", "name: other, data:"),
        report.replace('cron: "0 9 * * *", timezone: Asia/Seoul', "every: 5m"),
      ]) {
        const plan = stage.plan(changed);
        expect((await stage.drift(plan)).changed).toHaveLength(1);
        expect(await stage.apply(plan)).toMatchObject({ sent: { changed: 1 }, failed: [] });
        expect((await stage.drift(plan)).changed).toEqual([]);
        expect(await application.list()).toHaveLength(1);
      }
    } finally {
      await application.close();
    }
  });

  test("one changed or removed by hand is drift; one that an application made is only reported", async () => {
    const stage = new Stage(library, "by-hand");
    const application = connect(stage);
    const plan = stage.plan(report);
    try {
      await stage.apply(plan);
      await application.remove("daily-report");
      await application.add("daily-report", "0 10 * * *");
      await application.add("theirs", "0 1 * * *");
      const { changed, unmanaged } = await stage.drift(plan);
      expect(changed.flatMap(({ fields }) => fields.map(({ field }) => field))).toContain(
        "schedules.daily-report.cron",
      );
      const theirs = `redis/jobs/queue/${stage.queue}/schedule/theirs`;
      expect(unmanaged.map(({ key }) => key)).toEqual([theirs]);
      await application.remove("daily-report");
      expect((await stage.drift(plan)).changed[0]?.fields).toMatchObject([
        { field: "schedules.daily-report", before: undefined },
      ]);
      expect(await stage.apply(plan)).toMatchObject({ sent: { changed: 1 }, failed: [] });

      await stage.apply(stage.plan());
      expect((await application.list()).map(({ id }) => id)).toEqual(["theirs"]);
      expect(await stage.apply(stage.plan(), [theirs])).toMatchObject({ sent: { removed: 1 }, failed: [] });
      expect(await application.list()).toEqual([]);
    } finally {
      await application.close();
    }
  });

  test("a schedule whose next job was deleted never fires again: that is drift, and apply mends it", async () => {
    const stage = new Stage(library, "dead");
    const application = connect(stage);
    const plan = stage.plan(report);
    try {
      await stage.apply(plan);
      const [id] = await redis.zrange(`bull:${stage.queue}:delayed`, "0", "-1");
      await redis.zrem(`bull:${stage.queue}:delayed`, id!);
      await redis.del(`bull:${stage.queue}:${id}`);
      expect((await stage.drift(plan)).changed).toHaveLength(1);
      expect(await stage.apply(plan)).toMatchObject({ sent: { changed: 1 }, failed: [] });
      expect(await redis.zcard(`bull:${stage.queue}:delayed`)).toBe(1);
    } finally {
      await application.close();
    }
  });

  test("a queue that nobody declares any more is reported, and its schedules go when it is named", async () => {
    const stage = new Stage(library, "former");
    const application = connect(stage);
    const before = stage.plan(report);
    const after = new Stage(library, "other").plan();
    try {
      await stage.apply(before);
      const key = `redis/jobs/former-queue/bull/${stage.queue}`;
      expect((await stage.apply(after)).unmanaged.map((object) => object.key)).toEqual([key]);
      const none = planFrom("redis:\n  jobs: { on: external }\n");
      expect((await stage.drift(none)).unmanaged.map((object) => object.key)).toEqual([key]);
      expect(await application.list()).toHaveLength(1);
      expect(await stage.apply(after, [key])).toMatchObject({ sent: { removed: 1 }, failed: [] });
      expect(await application.list()).toEqual([]);
      expect((await stage.apply(after)).unmanaged).toEqual([]);
    } finally {
      await application.close();
    }
  });

  test("a schedule that is over is not written again, nor missed", async () => {
    const stage = new Stage(library, "over");
    const application = connect(stage);
    try {
      const over = stage.plan("schedules: { sale: { every: 1h, endDate: 2020-01-01 } }");
      expect(await stage.apply(over)).toMatchObject({ sent: nothingToDo, failed: [], problems: [] });
      expect(await stage.drift(over)).toMatchObject({ changed: [], missing: [], unmanaged: [] });
      // An end that is put into the past stops a schedule.
      await stage.apply(stage.plan("schedules: { sale: { every: 1h } }"));
      expect(await application.list()).toHaveLength(1);
      expect(await stage.apply(over)).toMatchObject({ sent: { changed: 1 }, failed: [] });
      expect(await application.list()).toEqual([]);
      expect(await stage.drift(over)).toMatchObject({ changed: [], missing: [], unmanaged: [] });
    } finally {
      await application.close();
    }
  });
});
