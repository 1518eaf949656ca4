import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mutableSettings, nameOf } from "./mutable-settings.ts";
import { rejectAll } from "./retries.ts";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
beforeAll(async () => {
  vhost = await vhostOn();
});
afterAll(() => vhost.clear());

describe("a queue keeps its messages and its arguments when there is a change of", () => {
  test.each(mutableSettings)("$what ($type)", async ({ before, after, ...setting }) => {
    const { type } = setting;
    const name = nameOf(setting);
    const apply = (words: string) =>
      vhost.apply(`
  exchanges: { one: { type: fanout }, other: { type: fanout } }
  queues:
    dead: { bind: [{ exchange: one }, { exchange: other }] }
    ${name}: { type: ${type}, ${words} }`);
    await apply(before);
    for (const text of ["1", "2", "3"]) await vhost.publish("", name, text);
    const found = await vhost.argumentsOf(name);
    await apply(after);
    expect(await vhost.argumentsOf(name)).toEqual(found);
    await expect.poll(() => vhost.count(name)).toBe(3);
  });
});

test("a stream keeps its messages when it changes how old they may get", async () => {
  const apply = (maxAge: string) => vhost.apply(`  queues: { log: { type: stream, maxAge: ${maxAge} } }`);
  await apply("1d");
  for (const text of ["1", "2", "3"]) await vhost.publish("", "log", text);
  const found = await vhost.argumentsOf("log");
  await apply("2d");
  expect(await vhost.argumentsOf("log")).toEqual(found);
  const connection = await vhost.connect();
  const channel = await connection.createChannel();
  await channel.prefetch(10);
  const read: string[] = [];
  const fromTheStart = { arguments: { "x-stream-offset": "first" } };
  await channel.consume("log", (message) => message && read.push(message.content.toString()), fromTheStart);
  await expect.poll(() => read, { timeout: 30_000 }).toEqual(["1", "2", "3"]);
  await connection.close();
});

describe.each(["quorum", "classic"])("a %s queue", (type) => {
  test("loses no dead letter while it changes from one policy to the next", async () => {
    const queue = `${type}.changing`;
    const neighbour = `${type}.neighbour`;
    // Its dead letters are in the policy: a moment without one would drop what is rejected then.
    const apply = (messages: number) =>
      vhost.apply(`
  exchanges: { ${queue}.mine: { type: fanout } }
  queues:
    ${queue}: { type: ${type}, deadLetter: { exchange: ${queue}.mine }, limit: { messages: ${messages} } }
    ${neighbour}: { type: ${type}, deadLetter: { exchange: ${queue}.mine }, limit: { messages: 1000 } }
    ${queue}.dead: { type: ${type}, bind: [{ exchange: ${queue}.mine }] }`);
    await apply(1000);
    const { times, stop } = await rejectAll(vhost, queue);
    let published = 0;
    const changing = new AbortController();
    const publishing = (async () => {
      while (!changing.signal.aborted) {
        await vhost.publish("", queue, "x");
        published++;
      }
    })();
    // In and out of the group that it shares with its neighbour.
    for (const messages of [2000, 1000, 3000, 1000, 4000]) {
      const soFar = times.length;
      await apply(messages);
      await expect.poll(() => times.length).toBeGreaterThan(soFar);
    }
    changing.abort();
    await publishing;
    const deadLetters = () => vhost.count(`${queue}.dead`);
    await expect.poll(deadLetters, { timeout: 30_000 }).toBe(published);
    await stop();
    expect(times).toHaveLength(published);
  });
});
