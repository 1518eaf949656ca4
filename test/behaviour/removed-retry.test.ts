import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
beforeEach(async () => {
  vhost = await vhostOn();
});
afterEach(() => vhost.clear());
const done = { refused: [], failed: [], problems: [] };
const key = (name: string): string => `rabbitmq/main/${vhost.name}/queue/${name}`;

describe.each(["quorum", "classic"])("a message that waits for its retry in a tier of a %s queue", (type) => {
  const queue = (rest: string): string => `  queues: { jobs: { type: ${type}${rest} } }`;
  beforeEach(async () => {
    await vhost.apply(queue(", deadLetter: true, retry: { retries: 2, delay: 4s }"));
    await vhost.publish("", "jobs", "one");
    await vhost.reject("jobs");
    await expect.poll(() => vhost.count("jobs.retry.4s")).toBe(1);
  });

  test("comes back after `retry` is gone from the file, and its next rejection is the last", async () => {
    const { unmanaged } = await vhost.tryApply(queue(", deadLetter: true"));
    expect(unmanaged.map((object) => object.key)).toContain(key("jobs.retry.4s"));
    expect(await vhost.count("jobs.retry.4s")).toBe(1);
    await vhost.reject("jobs");
    const dead = await vhost.take("jobs.dlq");
    expect(dead.content.toString()).toBe("one");
    expect(dead.properties.headers).toMatchObject({ "x-last-death-queue": "jobs" });
    expect(await vhost.count("jobs.retry.8s")).toBe(0);
  });

  test("comes back to the queue that `deadLetter` was taken from, which had to be made anew", async () => {
    expect((await vhost.tryApply(queue(""))).refused).toMatchObject([
      { key: key("jobs"), option: "--replace" },
    ]);
    expect(await vhost.tryApply(queue(""), key("jobs"))).toMatchObject(done);
    expect(await vhost.count("jobs.retry.4s")).toBe(1);
    expect((await vhost.take("jobs")).content.toString()).toBe("one");
  });
});

describe("dead letters that a queue keeps because no other queue has taken them", () => {
  const topology = (retry: string): string => `
  queues:
    jobs: { ttl: 50ms, deadLetter: { queue: dead }${retry} }
    dead: { type: classic, limit: { messages: 1, overflow: reject-publish } }`;
  beforeEach(async () => {
    await vhost.apply(topology(", retry: { retries: 2, delay: 100ms }"));
    for (const text of ["one", "two", "three"]) await vhost.publish("", "jobs", text);
    await expect.poll(() => vhost.held("jobs"), { timeout: 30_000 }).toBe(2);
  });

  test("stay when `retry` is gone from the file: apply refuses to have them deleted", async () => {
    const { refused, sent } = await vhost.tryApply(topology(""));
    expect({ refused, sent }).toEqual({
      refused: [
        {
          key: key("jobs"),
          option: "--allow",
          sentence: expect.stringContaining("It keeps 2 dead letters that no queue has taken yet"),
        },
      ],
      sent: { created: 0, changed: 0, removed: 0 },
    });
    expect(await vhost.held("jobs")).toBe(2);
  });

  test("are counted when `deadLetter` is gone, too: apply refuses to make the queue anew", async () => {
    const { refused } = await vhost.tryApply("  queues: { jobs: { ttl: 50ms }, dead: {} }");
    expect(refused).toContainEqual(
      expect.objectContaining({ key: key("jobs"), option: "--replace", messages: 2 }),
    );
    expect(await vhost.held("jobs")).toBe(2);
  });

  test("are deleted by the broker when that is allowed by name", async () => {
    expect(await vhost.tryApply(topology(""), key("jobs"))).toMatchObject({ ...done, unused: [] });
    await expect.poll(() => vhost.held("jobs"), { timeout: 30_000 }).toBe(0);
    expect(await vhost.count("dead")).toBe(1);
  });
});
