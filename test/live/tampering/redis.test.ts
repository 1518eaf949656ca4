import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { Environment } from "../../../src/environment/environment.ts";
import { type Drift, drift } from "../../../src/live/drift.ts";
import { observe } from "../../../src/live/observe.ts";
import { startSandbox, stopSandbox } from "../../../src/sandbox/sandbox.ts";
import { noSecrets, planFrom } from "../../brokers/project.ts";
import { redisEnvironment } from "../../kinds/job-queues/stage.ts";
import { linesOf } from "./by-hand.ts";

const plan = planFrom(`
redis:
  jobs:
    on: external
    queues:
      email:
        library: { name: bullmq, major: 6 }
        globalConcurrency: 7
        rateLimit: { max: 10, duration: 1s }
        schedules: { report: { cron: "0 9 * * *", timezone: Asia/Seoul, data: { type: daily } } }
`);

describe("by hand on Redis", () => {
  // Its settings count for everybody on it, so it is no shared one.
  const directory = mkdtempSync(join(tmpdir(), "queueform-tampering-"));
  let environment: Environment;
  let redis: Redis;
  let queue: Queue;
  let settings: Readonly<Record<string, string>>;

  const look = async (): Promise<Drift> => drift(plan, await observe(plan, environment, noSecrets));
  const mend = async (): Promise<void> => {
    for (const [setting, value] of Object.entries(settings)) await redis.config("SET", setting, value);
    const found = await look();
    const allow = [...found.changed, ...found.unmanaged].map(({ key }) => key);
    await applyPlan(plan, environment, noSecrets, { allow, onProgress: () => undefined });
    expect(linesOf(await look(), "")).toEqual([]);
  };

  beforeAll(async () => {
    const state = await startSandbox({ directory, parts: ["redis"] });
    if (!state.redis) throw new Error("The sandbox has no Redis.");
    const { host, port } = state.redis;
    environment = redisEnvironment({ host, port });
    redis = new Redis({ host, port, maxRetriesPerRequest: 0 });
    queue = new Queue("email", { connection: { host, port, maxRetriesPerRequest: null } });
    const server = plan.objects.find(({ kind }) => kind === "redis-server")?.spec;
    settings = {
      "maxmemory-policy": String(server?.["maxmemoryPolicy"]),
      appendonly: String(server?.["appendonly"]),
    };
    await mend();
  });
  afterEach(() => mend());
  afterAll(async () => {
    await queue.close();
    redis.disconnect();
    await stopSandbox(directory);
    rmSync(directory, { recursive: true, force: true });
  });

  const cases: readonly (readonly [what: string, tamper: () => Promise<unknown>, line: string])[] = [
    [
      "CONFIG SET maxmemory-policy",
      () => redis.config("SET", "maxmemory-policy", "allkeys-lru"),
      'changed server/jobs maxmemoryPolicy: "allkeys-lru" -> "noeviction"',
    ],
    [
      "CONFIG SET appendonly",
      () => redis.config("SET", "appendonly", "no"),
      'changed server/jobs appendonly: "no" -> "yes"',
    ],
    [
      "a schedule removed",
      () => queue.removeJobScheduler("report"),
      'changed queue/email schedules.report: undefined -> {"cron":"0 9 * * *","data":{"type":"daily"},"name":"report","options":{"attempts":1},"timezone":"Asia/Seoul"}',
    ],
    [
      "a schedule at another time",
      () =>
        queue.upsertJobScheduler(
          "report",
          { pattern: "0 10 * * *", tz: "Asia/Seoul" },
          { name: "report", data: { type: "daily" }, opts: { attempts: 1 } },
        ),
      'changed queue/email schedules.report.cron: "0 10 * * *" -> "0 9 * * *"',
    ],
    [
      "a schedule with other data",
      () =>
        queue.upsertJobScheduler(
          "report",
          { pattern: "0 9 * * *", tz: "Asia/Seoul" },
          { name: "report", data: { type: "weekly" }, opts: { attempts: 1 } },
        ),
      'changed queue/email schedules.report.data.type: "weekly" -> "daily"',
    ],
    [
      "a schedule that nobody declared",
      () => queue.upsertJobScheduler("theirs", { every: 3_600_000 }),
      "unmanaged queue/email/schedule/theirs",
    ],
    [
      "another global concurrency",
      () => queue.setGlobalConcurrency(3),
      "changed queue/email globalConcurrency: 3 -> 7",
    ],
    [
      "another rate limit",
      () => queue.setGlobalRateLimit(99, 1000),
      "changed queue/email rateLimit.max: 99 -> 10",
    ],
    [
      "no rate limit",
      () => queue.removeGlobalRateLimit(),
      'changed queue/email rateLimit: undefined -> {"duration":1000,"max":10}',
    ],
  ];

  test.each(cases)("%s", async (_what, tamper, line) => {
    await tamper();
    expect(linesOf(await look(), "redis/jobs/")).toEqual([line]);
  });
});
