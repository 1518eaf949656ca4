import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Queue, QueueEvents, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisCluster } from "../../../src/environment/environment.ts";
import { redisConf } from "../../../src/kinds/redis-server/redis-conf.ts";
import { connectRedis } from "../../../src/live/redis.ts";
import { changesBetween } from "../../../src/review/changes.ts";
import { type SandboxState, startSandbox, stopSandbox } from "../../../src/sandbox/sandbox.ts";
import { planRedis } from "../../patterns/redis/redis-plan.ts";

const value = { memory: "512Mi", config: { maxclients: 500, "lazyfree-lazy-expire": true } };
const directory = mkdtempSync(join(tmpdir(), "queueform-redis-"));
let state: SandboxState;

beforeAll(async () => {
  state = await start();
});
afterAll(async () => {
  await stopSandbox(directory);
  rmSync(directory, { recursive: true, force: true });
});

const clusterAt = (place: { host: string; port: number }): RedisCluster => ({
  name: "jobs",
  reach: "direct",
  tls: false,
  mark: { source: { path: "", text: "" }, start: 0, end: 0 },
  ...place,
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

/** Starts it, or starts it again after it was killed. */
const start = (): Promise<SandboxState> =>
  startSandbox({ directory, parts: ["redis"], redisConf: redisConf(value) });

function address(): { host: string; port: number } {
  if (!state.redis) throw new Error("The sandbox has no Redis.");
  return { host: state.redis.host, port: state.redis.port };
}

/** What connecting and asking fails with, as "class: message". */
async function failure(cluster: RedisCluster): Promise<string> {
  try {
    const connection = await connectRedis(cluster, () => "a wrong one");
    await connection.probe().finally(() => connection.close());
    return "no failure";
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : "not an error";
  }
}

async function onRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis({ ...address(), maxRetriesPerRequest: 0, retryStrategy: () => null });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

describe("a real server that was started with the redis.conf of the plan", () => {
  test("has the settings that it says", async () => {
    const names = [
      "maxmemory",
      "maxmemory-policy",
      "appendonly",
      "appendfsync",
      "save",
      "maxclients",
      "lazyfree-lazy-expire",
      "dir",
      "protected-mode",
    ];
    const settings = await onRedis((redis) => Promise.all(names.map((name) => redis.config("GET", name))));
    expect(Object.fromEntries(settings as [string, string][])).toEqual({
      maxmemory: "402653184",
      "maxmemory-policy": "noeviction",
      appendonly: "yes",
      appendfsync: "everysec",
      save: "",
      maxclients: "500",
      "lazyfree-lazy-expire": "yes",
      dir: "/data",
      "protected-mode": "no",
    });
  });

  test("retries a job that fails twice, and completes it at the third attempt", async () => {
    const connection = { ...address(), maxRetriesPerRequest: null };
    const queue = new Queue("retried", { connection });
    const events = new QueueEvents("retried", { connection });
    let runs = 0;
    const worker = new Worker(
      "retried",
      async () => (++runs < 3 ? Promise.reject(new Error(`failure ${runs}`)) : "sent"),
      { connection },
    );
    try {
      await events.waitUntilReady();
      const job = await queue.add(
        "email",
        { to: "a@example.com" },
        { attempts: 3, backoff: { type: "fixed", delay: 50 } },
      );
      expect(await job.waitUntilFinished(events, 30_000)).toBe("sent");
      const finished = await queue.getJob(job.id ?? "");
      expect({ runs, attemptsMade: finished?.attemptsMade }).toEqual({ runs: 3, attemptsMade: 3 });
    } finally {
      await Promise.all([worker.close(), events.close(), queue.close()]);
    }
  });

  test("keeps a delayed job when it is killed and started again", async ({ skip }) => {
    skip(state.mode !== "native", "a server in a container can't be killed from here");
    const before = new Queue("delayed", { connection: { ...address(), maxRetriesPerRequest: null } });
    // It complains about the connection that is about to be lost; that is the point.
    before.on("error", () => undefined);
    await before.add("report", { kind: "daily" }, { jobId: "survivor", delay: 3_600_000, attempts: 3 });
    const id = await onRedis(async (redis) =>
      Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]),
    );
    process.kill(id, "SIGKILL");
    await before.close();

    state = await start();
    const again = await onRedis(async (redis) =>
      Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]),
    );
    expect(again).not.toBe(id);
    const connection = { ...address(), maxRetriesPerRequest: null };
    const queue = new Queue("delayed", { connection });
    const events = new QueueEvents("delayed", { connection });
    const worker = new Worker("delayed", async ({ data }) => data as unknown, { connection });
    try {
      await events.waitUntilReady();
      const job = await queue.getJob("survivor");
      expect(await job?.getState()).toBe("delayed");
      expect(job?.opts.attempts).toBe(3);
      await job?.promote();
      expect(await job?.waitUntilFinished(events, 30_000)).toEqual({ kind: "daily" });
    } finally {
      await Promise.all([worker.close(), events.close(), queue.close()]);
    }
  });

  test("compares equal to its declaration, until somebody changes a setting", async () => {
    const plan = planRedis("jobs: { on: external, memory: 512Mi }");
    const connection = await connectRedis(clusterAt(address()), () => "");
    try {
      expect(await connection.probe()).toEqual({
        identity: "",
        version: expect.stringMatching(/^(Valkey )?\d+\.\d+/),
      });
      const compare = async () =>
        changesBetween((await connection.read(plan)).objects, plan).flatMap(({ fields }) =>
          fields.map(({ field, before }) => [field, before]),
        );
      expect(await compare()).toEqual([]);
      await onRedis((redis) => redis.config("SET", "maxmemory-policy", "allkeys-lru", "appendonly", "no"));
      expect(await compare()).toEqual([
        ["appendonly", "no"],
        ["maxmemoryPolicy", "allkeys-lru"],
      ]);
    } finally {
      await onRedis((redis) => redis.config("SET", "maxmemory-policy", "noeviction", "appendonly", "yes"));
      await connection.close();
    }
  });

  test("a login that is refused, or missing, says so, with the address and without the password", async () => {
    const login = clusterAt(address());
    await onRedis(async (redis) => {
      await redis.config("SET", "requirepass", "hunter2");
      try {
        const place = `${login.host}:${login.port}`;
        expect(await failure(login)).toMatch(
          new RegExp(`^BrokerError: Redis at ${place} asks for a password`),
        );
        const wrong = await failure({ ...login, password: "${secret:REDIS_PASSWORD}" });
        expect(wrong).toMatch(new RegExp(`^BrokerError: Redis at ${place} refuses the login`));
        expect(wrong).not.toContain("a wrong one");
      } finally {
        await redis.config("SET", "requirepass", "");
      }
    });
  });
});

test("a Redis that is not there is named within seconds", async () => {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await failure(clusterAt({ host: "127.0.0.1", port }))).toMatch(
    new RegExp(`^BrokerError: Nothing answers at 127.0.0.1:${port}`),
  );
});

test("a server that takes the connection and says nothing is given up after five seconds", async () => {
  const server = createServer(() => undefined);
  const port = await listen(server);
  const began = Date.now();
  try {
    expect(await failure(clusterAt({ host: "127.0.0.1", port }))).toMatch(
      new RegExp(`^BrokerError: Redis at 127.0.0.1:${port} did not answer within 5 seconds`),
    );
    expect(Date.now() - began).toBeLessThan(9_000);
  } finally {
    server.close();
  }
});
