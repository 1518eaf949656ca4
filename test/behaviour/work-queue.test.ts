import type { ChannelModel } from "amqplib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
beforeAll(async () => {
  vhost = await vhostOn();
});
afterAll(() => vhost.clear());

interface Worker {
  readonly connection: ChannelModel;
  /** Lets it finish the job it has, and all that come after. */
  finish(): void;
  /** Ends it after what it has acknowledged has been sent. */
  stop(): Promise<void>;
}

/** Takes one job at a time and holds it until told to finish. `done` hears of each job that is finished. */
async function worker(queue: string, done: (job: string) => void): Promise<Worker> {
  const connection = await vhost.connect();
  const channel = await connection.createChannel();
  await channel.prefetch(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  await channel.consume(queue, async (message) => {
    if (!message) return;
    await promise;
    channel.ack(message);
    done(`${message.content.toString()}${message.fields.redelivered ? " again" : ""}`);
  });
  const stop = async (): Promise<void> => {
    await channel.close();
    await connection.close();
  };
  return { connection, finish: resolve, stop };
}

test("ten jobs, three workers: each is done once, and that of a killed worker by another", async () => {
  await vhost.apply(`
  exchanges: { emails: { type: direct } }
  queues:
    emails.send:
      bind: [{ exchange: emails, key: send }]
      deadLetter: true
      consumers: { app: mailer, prefetch: 1, ack: manual }`);
  const done: string[] = [];
  const finished = (job: string): void => void done.push(job);
  const doomed = await worker("emails.send", () => expect.unreachable("It was killed."));
  const jobs = Array.from({ length: 10 }, (_, index) => `job ${index}`);
  for (const job of jobs) await vhost.publish("emails", "send", job);
  const others = [await worker("emails.send", finished), await worker("emails.send", finished)];
  // Each worker holds one job: prefetch 1.
  await expect.poll(() => vhost.count("emails.send")).toBe(7);

  await doomed.connection.close();
  await expect.poll(() => vhost.count("emails.send")).toBe(8);
  for (const other of others) other.finish();
  await expect.poll(() => done.length, { timeout: 30_000 }).toBe(10);

  expect(done.toSorted()).toEqual(["job 0 again", ...jobs.slice(1)]);
  for (const other of others) await other.stop();
  expect(await vhost.count("emails.send")).toBe(0);
  expect(await vhost.count("emails.send.dlq")).toBe(0);
});

test("a persistent job in a durable queue of its own: sendToQueue by the queue's name", async () => {
  await vhost.apply("  queues: { emails: { type: classic, durable: true } }");
  await vhost.publish("", "emails", JSON.stringify({ to: "user@example.com" }));
  const job = await vhost.take("emails");
  expect(job.properties.deliveryMode).toBe(2);
  expect(JSON.parse(job.content.toString())).toEqual({ to: "user@example.com" });
});

test("of several consumers of a queue with a single active one, the next takes over when it goes", async () => {
  await vhost.apply("  queues: { ordered: { singleActiveConsumer: true } }");
  const done: string[] = [];
  const first = await worker("ordered", (job) => done.push(`first: ${job}`));
  const second = await worker("ordered", (job) => done.push(`second: ${job}`));
  first.finish();
  second.finish();
  for (const job of ["a", "b", "c"]) await vhost.publish("", "ordered", job);
  await expect.poll(() => done).toEqual(["first: a", "first: b", "first: c"]);
  await first.stop();
  await vhost.publish("", "ordered", "d");
  await expect.poll(() => done.at(-1)).toBe("second: d");
  await second.stop();
});

test("messages of higher priority come first", async () => {
  await vhost.apply("  queues: { urgent: { type: classic, priorities: 4 } }");
  for (const [text, priority] of [
    ["later", 1],
    ["now", 4],
    ["soon", 2],
  ] as const)
    await vhost.publish("", "urgent", text, { priority });
  const order: string[] = [];
  for (let index = 0; index < 3; index++) order.push((await vhost.take("urgent")).content.toString());
  expect(order).toEqual(["now", "soon", "later"]);
});
