import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { connect } from "amqplib";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RedisClient } from "../../src/brokers/redis.ts";
import { inspect } from "../../src/live/inspect.ts";
import { redisAilments } from "../../src/live/redis-health.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { nothingFound, type Stage, stageOn } from "../apply/stage.ts";
import { publish } from "../brokers/amqp.ts";
import { relayFaulty } from "../brokers/faults.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { redisEnvironment, sharedRedis } from "../kinds/job-queues/stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = stageOn({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
});
afterEach(() => stage.clear());

/** What is not well, without what other tests do to the same brokers. */
async function ailments(plan: Plan, environment = stage.environment): Promise<string[]> {
  const { ailments: found, drift } = await inspect(plan, environment, noSecrets);
  expect(drift).toMatchObject({ ...nothingFound, unmanaged: expect.anything() });
  return found.map(({ check, key, cluster }) => `${check} ${key ?? cluster}`).toSorted();
}

const patience = { timeout: 60_000 };

describe("RabbitMQ", () => {
  const consumed = () =>
    stage.plan(`  queues:
    work: { type: classic, consumers: { app: worker }, retry: { retries: 1, delay: 1h } }
    free: { type: classic }
    other: { type: classic, consumers: { app: worker } }
`);

  test("a queue that somebody shall consume and nobody does, and one that fills up unread", async () => {
    const plan = consumed();
    await stage.apply(plan);
    const lonely = [
      `no-consumer ${stage.key("queue", "other")}`,
      `no-consumer ${stage.key("queue", "work")}`,
    ];
    await expect.poll(() => ailments(plan), patience).toEqual(lonely);
    await publish(stage.name, "free", ["one"]);
    await expect
      .poll(() => ailments(plan), patience)
      .toEqual([`no-consumer ${stage.key("queue", "free")}`, ...lonely]);
    const { amqpPort, username, password } = sharedRabbitmq();
    const login = { hostname: "127.0.0.1", port: amqpPort, username, password, vhost: stage.name };
    const connection = await connect(login);
    try {
      const channel = await connection.createChannel();
      for (const queue of ["work", "free", "other"]) await channel.consume(queue, () => {});
      await expect.poll(() => ailments(plan), patience).toEqual([]);
    } finally {
      await connection.close();
    }
  });

  test("dead letters that wait; not messages that wait for their next try, and not the queue they go back to", async () => {
    const plan = consumed();
    await stage.apply(plan);
    await publish(stage.name, "work.dlq", ["one", "two"]);
    await publish(stage.name, "work.retry.1", ["three"]).catch(() => undefined);
    const dead = `dead-letters ${stage.key("queue", "work.dlq")}`;
    await expect.poll(() => ailments(plan), patience).toContain(dead);
    const found = await ailments(plan);
    expect(found.filter((line) => line.startsWith("dead-letters"))).toEqual([dead]);
    expect(found.filter((line) => line.includes("retry"))).toEqual([]);
  });

  // An alarm on the shared broker would stop all other tests, so only the answer is another one.
  test.each([
    ["is short of memory", { mem_alarm: true, disk_free_alarm: false, running: true }, /short of memory, so/],
    ["is short of both", { mem_alarm: true, disk_free_alarm: true, running: true }, /memory and disk/],
    ["is down", { running: false }, /is down/],
  ])("a node that %s", async (_what, state, said) => {
    const plan = stage.plan("  queues: { q: {} }");
    await stage.apply(plan);
    const body = JSON.stringify([{ name: "rabbit@one", ...state }]);
    const relay = await relayFaulty(sharedRabbitmq().endpoint, (path) =>
      path.startsWith("/api/nodes") ? { status: 200, body } : undefined,
    );
    const environment = environmentOf({ rabbitmq: { ...sharedRabbitmq(), endpoint: relay.endpoint } });
    const { ailments: found } = await inspect(plan, environment, noSecrets);
    await relay.close();
    expect(found).toMatchObject([{ check: "alarm", sentence: expect.stringMatching(said) }]);
  });

  test("what can't be asked for health is said, and drift is found all the same", async () => {
    const plan = stage.plan("  queues: { q: {} }");
    await stage.apply(plan);
    const relay = await relayFaulty(sharedRabbitmq().endpoint, (path) =>
      path.startsWith("/api/nodes") ? { status: 500, body: "" } : undefined,
    );
    const environment = environmentOf({ rabbitmq: { ...sharedRabbitmq(), endpoint: relay.endpoint } });
    expect(await ailments(plan, environment)).toEqual(["not-asked main"]);
    await relay.close();
  });
});

test("Kafka: a group that lags behind more than its limit, and one that doesn't", async () => {
  const topic = `${stage.name}.t`;
  const group = (name: string): string => `${stage.name}-${name}`;
  const plan = planFrom(`
kafka:
  topics:
    ${topic}:
      partitions: 1
      replication: 1
      consumers: { ${group("slow")}: { maxLag: 1 }, ${group("fine")}: { maxLag: 2 } }
`);
  await stage.apply(plan);
  const options = { clientId: "test", bootstrapBrokers: [...sharedKafka().bootstrap] };
  const producer = new Producer({ ...options, serializers: stringSerializers });
  const send = (value: string) => producer.send({ messages: [{ topic, key: "k", value }] });
  await send("a");
  for (const name of ["slow", "fine"]) {
    const consumer = new Consumer({ ...options, groupId: group(name), deserializers: stringDeserializers });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
    for await (const message of stream) {
      await message.commit();
      break;
    }
    await consumer.close(true);
  }
  const environment = environmentOf({ kafka: sharedKafka() });
  expect(await ailments(plan, environment)).toEqual([]);
  await send("b");
  await send("c");
  await producer.close();
  expect(await ailments(plan, environment)).toEqual([`group-lag kafka/main/topic/${topic}`]);
});

describe("Redis", () => {
  const redis = new Redis({ ...sharedRedis(), maxRetriesPerRequest: 0 });
  afterAll(() => redis.disconnect());

  test("a policy that deletes jobs when it is full", async () => {
    const external = planFrom(`
redis:
  jobs: { on: external, queues: { email: { library: { name: bullmq, major: 6 } } } }
`);
    const jobs = { objects: external.objects.filter(({ kind }) => kind === "redis-content") };
    expect(await ailments(jobs, redisEnvironment())).toEqual([]);
    await redis.config("SET", "maxmemory-policy", "volatile-lru");
    try {
      expect(await ailments(jobs, redisEnvironment())).toEqual(["eviction-policy jobs"]);
    } finally {
      await redis.config("SET", "maxmemory-policy", "noeviction");
    }
  });

  test("keys that were deleted to make room", async () => {
    const info = { memory: { maxmemory_policy: "noeviction" }, stats: { evicted_keys: "3" } };
    const client: RedisClient = {
      info: (section) => Promise.resolve(section === "stats" ? info.stats : info.memory),
      send: () => Promise.resolve([]),
      close: () => undefined,
    };
    expect(await redisAilments(client, "jobs", [])).toMatchObject([
      { check: "evictions", sentence: expect.stringContaining("has deleted 3 keys") },
    ]);
  });
});
