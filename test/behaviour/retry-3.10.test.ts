import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ownRabbitmq } from "../brokers/sandboxes.ts";
import { crashOn, expectWaits, rejectAll } from "./retries.ts";
import { type Vhost, vhostOn } from "./vhost.ts";

let broker: Awaited<ReturnType<typeof ownRabbitmq>>;
let vhost: Vhost;
beforeAll(async () => {
  broker = await ownRabbitmq("3.10");
});
beforeEach(async () => {
  vhost = await vhostOn(broker.rabbitmq);
  return () => vhost.clear();
});
afterAll(() => broker.stop());

describe.each(["quorum", "classic"])("on RabbitMQ 3.10 a message in a %s queue with retries", (type) => {
  test("comes back after 1, 2 and 4 units, then it is a dead letter", async () => {
    await vhost.apply(`  queues: { jobs: { type: ${type}, retry: { retries: 3, delay: 100ms } } }`);
    const { times, stop } = await rejectAll(vhost, "jobs");
    await vhost.publish("", "jobs", "one");
    expect((await vhost.take("jobs.dlq")).content.toString()).toBe("one");
    await stop();
    expectWaits(times, [1, 2, 4], 100);
  });

  test("is a dead letter when it expires, after the retries that are left if it was rejected before", async () => {
    await vhost.apply(
      `  queues: { jobs: { type: ${type}, retry: { retries: 2, delay: 100ms }, ttl: 300ms } }`,
    );
    await vhost.publish("", "jobs", "one");
    expect((await vhost.take("jobs.dlq")).properties.headers?.["x-death"]).toHaveLength(1);
    await vhost.publish("", "jobs", "two");
    await vhost.reject("jobs");
    expect((await vhost.take("jobs.dlq")).content.toString()).toBe("two");
  });
});

describe("on RabbitMQ 3.10 a message that kills its consumers", () => {
  const queues =
    "  queues: { jobs: { type: quorum, retry: { retries: 2, delay: 100ms }, deliveryLimit: 1 } }";

  test("is a dead letter at once", async () => {
    await vhost.apply(queues);
    await vhost.publish("", "jobs", "one");
    await crashOn(vhost, "jobs", 2);
    expect((await vhost.take("jobs.dlq")).properties.headers?.["x-first-death-reason"]).toBe(
      "delivery_limit",
    );
  });

  test("is not lost after a retry: it takes the retries that are left", async () => {
    await vhost.apply(queues);
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    await crashOn(vhost, "jobs", 2);
    await vhost.reject("jobs");
    expect((await vhost.take("jobs.dlq")).content.toString()).toBe("one");
  });
});
