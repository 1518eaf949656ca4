import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crashOn, expectWaits, rejectAll } from "./retries.ts";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
beforeEach(async () => {
  vhost = await vhostOn();
});
afterEach(() => vhost.clear());

const five = "retry: { retries: 5, backoff: exponential, delay: 100ms }";
const two = "retry: { retries: 2, delay: 100ms }";

describe.each(["quorum", "classic"])("a message in a %s queue with retries", (type) => {
  test("comes back after 1, 2, 4, 8 and 16 units, then it is a dead letter with its first key", async () => {
    await vhost.apply(`
  exchanges: { orders: { type: topic } }
  queues: { jobs: { type: ${type}, ${five}, bind: [{ exchange: orders, key: order.* }] } }`);
    const { times, stop } = await rejectAll(vhost, "jobs");
    await vhost.publish("orders", "order.created", "one");
    const dead = await vhost.take("jobs.dlq");
    await stop();
    expect(dead.content.toString()).toBe("one");
    expectWaits(times, [1, 2, 4, 8, 16], 100);
    const deaths = dead.properties.headers?.["x-death"] ?? [];
    expect(deaths.map(({ queue, reason, count }) => `${queue} ${reason} ${count}`)).toEqual([
      "jobs rejected 6",
      "jobs.retry.1600ms expired 1",
      "jobs.retry.800ms expired 1",
      "jobs.retry.400ms expired 1",
      "jobs.retry.200ms expired 1",
      "jobs.retry.100ms expired 1",
    ]);
    expect(deaths.at(-1)).toMatchObject({ "routing-keys": ["order.created"] });
  });

  test("is a dead letter when it expires after a retry", async () => {
    await vhost.apply(`  queues: { jobs: { type: ${type}, ${two}, ttl: 300ms } }`);
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    const dead = await vhost.take("jobs.dlq");
    expect(dead.properties.headers).toMatchObject({
      "x-first-death-reason": "rejected",
      "x-last-death-reason": "expired",
      "x-last-death-queue": "jobs",
    });
  });

  test("is a dead letter when it is pushed out of a full queue after a retry", async () => {
    await vhost.apply(
      `  queues: { jobs: { type: ${type}, ${two}, limit: { messages: 1, overflow: drop-head } } }`,
    );
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    await expect.poll(() => vhost.count("jobs.retry.100ms")).toBe(0);
    await expect.poll(() => vhost.count("jobs")).toBe(1);
    await vhost.publish("", "jobs", "two");
    const dead = await vhost.take("jobs.dlq");
    expect(dead.content.toString()).toBe("one");
    expect(dead.properties.headers).toMatchObject({ "x-last-death-reason": "maxlen" });
    expect((await vhost.take("jobs")).content.toString()).toBe("two");
  });

  test("is not touched when retries are added, changed and taken away: the queue stays as it is", async () => {
    const apply = (retry: string) =>
      vhost.applyExactly(`  queues: { jobs: { type: ${type}, deadLetter: true${retry} } }`);
    await apply("");
    const before = await vhost.argumentsOf("jobs");
    for (const text of ["one", "two", "three", "four"]) await vhost.publish("", "jobs", text);
    const deaths = async (): Promise<unknown[]> => {
      const dead = await vhost.take("jobs.dlq");
      return [dead.content.toString(), dead.properties.headers?.["x-death"]?.length];
    };

    await vhost.reject("jobs");
    expect(await deaths()).toEqual(["one", 1]);

    await apply(", retry: { retries: 1, delay: 100ms }");
    await vhost.reject("jobs");
    await expect.poll(() => vhost.count("jobs.retry.100ms")).toBe(0);
    // Behind the two that were never rejected.
    await expect.poll(() => vhost.count("jobs")).toBe(3);
    await apply(", retry: { retries: 3, backoff: fixed, delay: 100ms }");
    expect(await vhost.count("jobs")).toBe(3);
    await vhost.reject("jobs", 11);
    expect([await deaths(), await deaths(), await deaths()].toSorted()).toEqual([
      ["four", 4],
      ["three", 4],
      ["two", 4],
    ]);

    await apply("");
    await vhost.publish("", "jobs", "five");
    await vhost.reject("jobs");
    expect(await deaths()).toEqual(["five", 1]);
    expect(await vhost.argumentsOf("jobs")).toEqual(before);
    expect(await vhost.count("jobs")).toBe(0);
  });
});

describe("a message in a quorum queue with retries", () => {
  test("is a dead letter when it kills its consumers after a retry", async () => {
    await vhost.apply(`  queues: { jobs: { ${two}, deliveryLimit: 2 } }`);
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    await crashOn(vhost, "jobs", 3);
    const dead = await vhost.take("jobs.dlq");
    expect(dead.properties.headers).toMatchObject({
      "x-first-death-reason": "rejected",
      "x-last-death-reason": "delivery_limit",
    });
  });

  test("may be retried more often than the delivery limit says, because each round counts anew", async () => {
    await vhost.apply(
      "  queues: { jobs: { retry: { retries: 4, delay: 20ms, factor: 1 }, deliveryLimit: 1 } }",
    );
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs", 5);
    const dead = await vhost.take("jobs.dlq");
    expect(dead.properties.headers).toMatchObject({ "x-last-death-reason": "rejected" });
  });

  test("is kept where it waited when it finds its queue full", async () => {
    await vhost.apply(`  queues: { jobs: { ${two}, limit: { messages: 1, overflow: reject-publish } } }`);
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    // The limit of a quorum queue is soft: it takes a little more than that.
    while (await vhost.publish("", "jobs", "more"));
    await expect.poll(() => vhost.held("jobs.retry.100ms"), { timeout: 30_000 }).toBe(1);
    expect(await vhost.count("jobs.dlq")).toBe(0);
  });

  test("is kept in its queue when the dead-letter queue is full, also where retries were added later", async () => {
    const apply = (retry: string) =>
      vhost.applyExactly(`
  queues:
    jobs: { ttl: 50ms, deadLetter: { queue: dead }${retry} }
    dead: { type: classic, limit: { messages: 1, overflow: reject-publish } }`);
    await apply("");
    await apply(`, ${two}`);
    for (const text of ["one", "two", "three"]) await vhost.publish("", "jobs", text);
    await expect.poll(() => vhost.held("jobs"), { timeout: 30_000 }).toBe(2);
    expect(await vhost.count("dead")).toBe(1);
  });
});
