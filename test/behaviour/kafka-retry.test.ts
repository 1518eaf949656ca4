import {
  Consumer,
  type Message,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { kafkaClient, ownName, sharedKafka } from "../brokers/sandboxes.ts";

const name = ownName("kafka-retry");
const orders = `${name}.orders`;
const plan = planFrom(`
kafka:
  topics:
    ${orders}:
      partitions: 3
      replication: 1
      key: userId
      retention: 1d
      config: { max.message.bytes: 200000 }
      retry: { retries: 2, delay: 500ms, factor: 2 }
`);
let producer: Producer<string, string, string, string>;
const consumers: { close(force?: boolean): Promise<void> }[] = [];

type Received = Message<string, string, string, string>;

beforeAll(async () => {
  const environment = environmentOf({ kafka: sharedKafka() });
  const result = await applyPlan(plan, environment, noSecrets, { allow: [], onProgress: () => undefined });
  expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
  producer = new Producer({
    clientId: name,
    bootstrapBrokers: sharedKafka().bootstrap,
    serializers: stringSerializers,
  });
});
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.close(true)));
  await producer.close();
  const client = await kafkaClient();
  const topics = (await client.topics()).map((topic) => topic.name);
  await client.deleteTopics(topics.filter((topic) => topic.startsWith(name)));
  await client.close();
});

/** Consumes topics as a group, one record of a topic after the other, until the test is over. */
async function run(
  groupId: string,
  topics: readonly string[],
  work: (record: Received) => Promise<void> | void,
): Promise<void> {
  const consumer = new Consumer({
    clientId: name,
    bootstrapBrokers: sharedKafka().bootstrap,
    groupId,
    deserializers: stringDeserializers,
    // The first group of a new broker has to wait until there is a coordinator.
    retries: 60,
    retryDelay: 500,
  });
  consumers.push(consumer);
  const stream = await consumer.consume({
    topics: [...topics],
    mode: "earliest",
    maxWaitTime: 100,
    autocommit: true,
  });
  stream.on("error", () => {});
  void (async () => {
    for await (const record of stream) await work(record);
  })().catch(() => undefined);
}

test("the topics beside a topic have its partitions and limits, and keep records at least as long", async () => {
  const client = await kafkaClient();
  const found = (await client.topics()).filter((topic) => topic.name.startsWith(name));
  await client.close();
  const config = { "max.message.bytes": "200000" };
  expect(
    Object.fromEntries(found.map((topic) => [topic.name, [topic.partitions.length, topic.config]])),
  ).toEqual({
    [orders]: [3, { ...config, "retention.ms": "86400000" }],
    [`${orders}.retry.500ms`]: [3, { ...config, "cleanup.policy": "delete", "retention.ms": "86400500" }],
    [`${orders}.retry.1s`]: [3, { ...config, "cleanup.policy": "delete", "retention.ms": "86401000" }],
    [`${orders}.dlt`]: [3, { ...config, "cleanup.policy": "delete", "retention.ms": "1209600000" }],
  });
});

test("my-group reads records of one key from one partition, in the order in which they were written", async () => {
  const users = ["ada", "ben", "cat", "dan"];
  const rounds = 25;
  const seen: Received[] = [];
  await run(`${name}.my-group`, [orders], (record) => void seen.push(record));
  for (let round = 0; round < rounds; round++) {
    await producer.send({
      messages: users.map((user) => ({ topic: orders, key: user, value: `${user} ${round}` })),
    });
  }
  // A group that is joined anew reads again what it had not committed: what counts is when a record came first.
  const distinct = (records: readonly Received[]): string[] => [
    ...new Set(records.map(({ value }) => value)),
  ];
  await expect.poll(() => distinct(seen).length, { timeout: 60_000 }).toBe(users.length * rounds);
  const byUser = Map.groupBy(seen, ({ key }) => key);
  for (const user of users) {
    const records = byUser.get(user)!;
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    expect(distinct(records)).toEqual(Array.from({ length: rounds }, (_, n) => `${user} ${n}`));
  }
  expect(new Set(seen.map(({ partition }) => partition)).size).toBeGreaterThan(1);
});

test("a record that fails is tried again after each wait, and is a dead letter in its own partition in the end", async () => {
  const poison = `poison ${name}`;
  const ladder = [orders, `${orders}.retry.500ms`, `${orders}.retry.1s`, `${orders}.dlt`];
  const waits: Record<string, number> = { [ladder[1]!]: 500, [ladder[2]!]: 1000 };
  const tries: { topic: string; waited: number }[] = [];
  const healthy: string[] = [];
  let dead: Received | undefined;
  let origin: number | undefined;
  const attempt = async (record: Received): Promise<void> => {
    const wait = waits[record.topic];
    if (wait !== undefined) {
      const rest = Number(record.timestamp) + wait - Date.now();
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
      tries.push({ topic: record.topic, waited: Date.now() - Number(record.timestamp) });
    } else if (record.value === poison) {
      origin = record.partition;
      tries.push({ topic: record.topic, waited: 0 });
    }
    if (record.value !== poison) return void healthy.push(record.value);
    const next = ladder[ladder.indexOf(record.topic) + 1]!;
    await producer.send({
      messages: [
        {
          topic: next,
          key: record.key,
          value: record.value,
          partition: record.partition,
          headers: { "origin-topic": orders, "origin-offset": String(record.offset) },
        },
      ],
    });
  };
  const group = `${name}.worker`;
  // Each topic has a consumer of its own: who waits for one record must not hold up the others.
  for (const topic of ladder.slice(0, 3)) await run(`${group}.${ladder.indexOf(topic)}`, [topic], attempt);
  await run(`${group}.undertaker`, [ladder[3]!], (record) => void (dead = record));
  await producer.send({ messages: [{ topic: orders, key: "eve", value: poison }] });
  await producer.send({ messages: [{ topic: orders, key: "eve", value: `after ${poison}` }] });
  await expect.poll(() => dead?.value, { timeout: 60_000 }).toBe(poison);
  expect(tries.map(({ topic }) => topic)).toEqual(ladder.slice(0, 3));
  expect(tries[1]!.waited).toBeGreaterThanOrEqual(500);
  expect(tries[2]!.waited).toBeGreaterThanOrEqual(1000);
  expect(dead!.partition).toBe(origin);
  expect(dead!.headers.get("origin-topic")).toBe(orders);
  expect(healthy).toContain(`after ${poison}`);
});
