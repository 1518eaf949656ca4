import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { review, worstImpact } from "../../../src/review/review.ts";
import { environmentOf, noSecrets, planFrom } from "../../brokers/project.ts";
import { kafkaClient, ownName, sharedKafka } from "../../brokers/sandboxes.ts";

const prefix = ownName("change");
let number = 0;
let topic: string;
beforeEach(() => {
  topic = `${prefix}.${number++}`;
});
afterAll(async () => {
  const client = await kafkaClient();
  const topics = (await client.topics()).map(({ name }) => name);
  await client.deleteTopics(topics.filter((name) => name.startsWith(prefix)));
  await client.close();
});

const base = { clientId: prefix, bootstrapBrokers: sharedKafka().bootstrap };
const soon = { timeout: 60_000 };
const plan = (words: string, name = topic): Plan =>
  planFrom(`kafka:\n  topics:\n    ${name}: { replication: 1, ${words} }\n`);

async function apply(wanted: Plan, allow: readonly string[] = []): Promise<void> {
  const result = await applyPlan(wanted, environmentOf({ kafka: sharedKafka() }), noSecrets, {
    allow,
    onProgress: () => undefined,
  });
  expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
}

/** Puts records with the keys 0 to 9 into a topic, changes it for real, and returns the worst that a reviewer is told. */
async function make(before: Plan, after: Plan): Promise<string | undefined> {
  await apply(before);
  await produceTen();
  const found = review(before, after);
  const { changes } = found;
  await apply(
    after,
    changes.flatMap(({ key, effect }) => (effect === "replaces" || effect === "deletes" ? [key] : [])),
  );
  return worstImpact([found]);
}

async function produceTen(): Promise<void> {
  // Brokers take a moment to lead partitions that are new.
  for (let key = 0; key < 10; key++)
    await expect.poll(() => produce({ key: String(key) }), soon).toBe("done");
}

/** "done", or what the broker says against it. */
async function produce({ key, value = "x" }: { key?: string; value?: string }): Promise<string> {
  const producer = new Producer({ ...base, serializers: stringSerializers, retries: 0 });
  try {
    await producer.send({ messages: [{ topic, value, ...(key !== undefined && { key }) }], acks: -1 });
    return "done";
  } catch (error) {
    return JSON.stringify(error, [
      ...Object.getOwnPropertyNames(error),
      "message",
      "errors",
      "apiId",
      "cause",
    ]);
  } finally {
    await producer.close();
  }
}

/** How many records the topic holds; undefined when there is none. */
async function count(): Promise<number | undefined> {
  const consumer = new Consumer({
    ...base,
    groupId: `${topic}.counts`,
    deserializers: stringDeserializers,
    retries: 0,
  });
  try {
    const [ends, starts] = await Promise.all(
      [-1n, -2n].map((timestamp) => consumer.listOffsets({ topics: [topic], timestamp })),
    );
    const sum = (offsets: readonly bigint[] = []): bigint => offsets.reduce((a, b) => a + b, 0n);
    return Number(sum(ends?.get(topic)) - sum(starts?.get(topic)));
  } catch {
    return undefined;
  } finally {
    await consumer.close(true);
  }
}

/** Reads a topic as a group until `wanted` records have come. */
async function read(group: string, mode: "earliest" | "committed", wanted: number) {
  const consumer = new Consumer({
    ...base,
    groupId: `${topic}.${group}`,
    deserializers: stringDeserializers,
    // The first group of a new broker has to wait until there is a coordinator.
    retries: 60,
    retryDelay: 500,
  });
  const records: { key: string; partition: number }[] = [];
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode,
      fallbackMode: "earliest",
      maxWaitTime: 100,
    });
    for await (const record of stream) {
      records.push({ key: record.key, partition: record.partition });
      await record.commit();
      if (records.length >= wanted) break;
    }
    return records;
  } finally {
    await consumer.close(true);
  }
}

describe("ten records in a topic", () => {
  test("are lost when it gets fewer partitions, as is said", async () => {
    expect(await make(plan("partitions: 4"), plan("partitions: 2"))).toBe("message-loss");
    await expect.poll(count, soon).toBe(0);
    await expect.poll(() => produce({ key: "a" }), soon).toBe("done");
  });

  test("are lost when it is renamed, and the old name is gone", async () => {
    const before = plan("partitions: 1");
    const after = plan("partitions: 1", `${topic}.v2`);
    expect(
      review(before, after).changes.map(({ effect, renamed }) => [effect, renamed !== undefined]),
    ).toEqual([
      ["deletes", true],
      ["creates", true],
    ]);
    expect(await make(before, after)).toBe("message-loss");
    await expect.poll(count, soon).toBeUndefined();
    topic = `${topic}.v2`;
    await expect.poll(count, soon).toBe(0);
  });

  test.each<[what: string, before: string, after: string, impact: string]>([
    ["its retention grows", "partitions: 1, retention: 7d", "partitions: 1, retention: 14d", "safe"],
    ["its retention ends", "partitions: 1, retention: 7d", "partitions: 1", "safe"],
    [
      "it takes larger records",
      "partitions: 1",
      "partitions: 1, config: { max.message.bytes: 2000000 }",
      "disruption",
    ],
    ["it is compressed", "partitions: 1", "partitions: 1, config: { compression.type: gzip }", "disruption"],
    [
      "the broker sets its timestamps",
      "partitions: 1",
      "partitions: 1, config: { message.timestamp.type: LogAppendTime }",
      "disruption",
    ],
  ])("are kept when %s", async (_what, before, after, impact) => {
    expect(await make(plan(before), plan(after))).toBe(impact);
    await expect.poll(count, soon).toBe(10);
    await expect.poll(() => produce({ key: "a" }), soon).toBe("done");
  });

  test("with the same key are in two partitions when there are more, and none is lost: an ordering break", async () => {
    expect(await make(plan("partitions: 2"), plan("partitions: 9"))).toBe("ordering");
    await expect.poll(count, soon).toBe(10);
    await produceTen();
    const byKey = Map.groupBy(await read("orders", "earliest", 20), ({ key }) => key);
    const torn = [...byKey.values()].filter(
      (records) => new Set(records.map(({ partition }) => partition)).size > 1,
    );
    expect(torn.length).toBeGreaterThan(0);
  });

  test("are read again by a group with another name: duplicates, as is said", async () => {
    const withGroup = (group: string): Plan => plan(`partitions: 1, consumers: { ${group}: {} }`);
    expect(await make(withGroup("billing"), withGroup("invoicing"))).toBe("ordering");
    expect(await read("billing", "committed", 10)).toHaveLength(10);
    await expect.poll(() => produce({ key: "new" }), soon).toBe("done");
    // The old group goes on where it was; the new one begins at the beginning.
    expect(await read("billing", "committed", 1)).toMatchObject([{ key: "new" }]);
    expect(await read("invoicing", "committed", 11)).toHaveLength(11);
  });
});

// That too few replicas are in sync can't be tried with one broker: Kafka 4 asks for no more than a topic has.
describe("a producer is refused", () => {
  const large = "x".repeat(20_000);
  test.each<
    [
      what: string,
      before: string,
      after: string,
      impact: string,
      record: { key?: string; value: string },
      reason: RegExp,
    ]
  >([
    [
      "with a larger record than fits from now on: an outage",
      "partitions: 1",
      "partitions: 1, config: { max.message.bytes: 10000 }",
      "outage",
      { key: "a", value: large },
      /MESSAGE_TOO_LARGE|RECORD_TOO_LARGE|too large/i,
    ],
    [
      "without a key once the topic is compacted",
      "partitions: 1",
      "partitions: 1, cleanup: compact",
      "message-loss",
      { value: "x" },
      /INVALID_RECORD|failed validation|invalid/i,
    ],
  ])("%s", async (_what, before, after, impact, record, reason) => {
    await apply(plan(before));
    await expect.poll(() => produce(record), soon).toBe("done");
    expect(await make(plan(before), plan(after))).toBe(impact);
    await expect.poll(() => produce(record), soon).toMatch(reason);
  });
});
