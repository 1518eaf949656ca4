import { type Channel, type ChannelModel, connect, type GetMessage } from "amqplib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";

let vhost: string;
let connection: ChannelModel;
let channel: Channel;

async function apply(queues: string): Promise<void> {
  const plan = planFrom(`
rabbitmq:
  vhost: ${vhost}
  vhosts: { ${vhost}: {} }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    graveyard: { type: direct }
  queues:
    unrouted: { bind: [{ exchange: unrouted }] }
    dead: { bind: [{ exchange: graveyard, key: failed }] }
${queues}`);
  const environment = environmentOf({ rabbitmq: sharedRabbitmq() });
  const result = await applyPlan(plan, environment, noSecrets, { allow: [], onProgress: () => undefined });
  expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
}

/** The next message of a queue, taken away. */
async function next(queue: string): Promise<GetMessage> {
  for (
    const end = Date.now() + 15_000;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    const message = await channel.get(queue, { noAck: true });
    if (message) return message;
  }
  throw new Error(`No message came to ${queue}.`);
}

const count = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;

async function rejectOne(queue: string): Promise<void> {
  const message = await channel.get(queue);
  if (!message) throw new Error(`There is nothing to reject in ${queue}.`);
  channel.reject(message, false);
}

beforeAll(async () => {
  const { username, password, amqpPort } = sharedRabbitmq();
  vhost = ownName("dead-letter");
  await apply("");
  connection = await connect({ hostname: "127.0.0.1", port: amqpPort, username, password, vhost });
});
beforeEach(async () => {
  channel = await connection.createConfirmChannel();
});
afterAll(async () => {
  await connection.close();
  await rabbitmqClient().deleteVhost(vhost);
});

describe.each(["quorum", "classic"])("a %s queue with a dead letter", (type) => {
  const queue = `${type}.work`;
  const bind = "bind: [{ exchange: orders, key: order.created }]";

  test("keeps a rejected message, with the reason and its own key", async () => {
    await apply(`    ${queue}: { type: ${type}, ${bind}, deadLetter: true }\n`);
    channel.publish("orders", "order.created", Buffer.from("1"), { persistent: true });
    await expect.poll(() => count(queue)).toBe(1);
    await rejectOne(queue);
    const dead = await next(`${queue}.dlq`);
    expect(dead.content.toString()).toBe("1");
    expect(dead.fields.routingKey).toBe("order.created");
    expect(dead.properties.headers?.["x-death"]).toMatchObject([{ reason: "rejected", queue, count: 1 }]);
    expect(await count("unrouted")).toBe(0);
  });

  test("keeps what expires, and what is more than its limit allows", async () => {
    await apply(`    ${queue}: { type: ${type}, ${bind}, deadLetter: true, ttl: 300ms }\n`);
    channel.publish("orders", "order.created", Buffer.from("late"));
    expect((await next(`${queue}.dlq`)).properties.headers?.["x-first-death-reason"]).toBe("expired");
    await apply(
      `    ${queue}: { type: ${type}, ${bind}, deadLetter: true, limit: { messages: 1, overflow: drop-head } }\n`,
    );
    for (const text of ["first", "second"]) channel.publish("orders", "order.created", Buffer.from(text));
    const dead = await next(`${queue}.dlq`);
    expect([dead.content.toString(), dead.properties.headers?.["x-first-death-reason"]]).toEqual([
      "first",
      "maxlen",
    ]);
    expect((await next(queue)).content.toString()).toBe("second");
  });

  test("changes its limit, and what its dead letters reach, with its messages in it", async () => {
    await apply(`    ${queue}: { type: ${type}, ${bind}, deadLetter: true }\n`);
    for (const text of ["a", "b", "c"]) channel.publish("orders", "order.created", Buffer.from(text));
    await expect.poll(() => count(queue)).toBe(3);
    await apply(
      `    ${queue}: { type: ${type}, ${bind}, deadLetter: { queue: dead }, limit: { messages: 10, overflow: reject-publish } }\n`,
    );
    expect(await count(queue)).toBe(3);
    await rejectOne(queue);
    expect((await next("dead")).content.toString()).toBe("a");
    expect(await count(queue)).toBe(2);
  });
});

test("a dead letter can go to an exchange of one's own, with a key", async () => {
  await apply(
    "    own: { bind: [{ exchange: orders, key: own }], deadLetter: { exchange: graveyard, key: failed } }\n",
  );
  channel.publish("orders", "own", Buffer.from("1"));
  await expect.poll(() => count("own")).toBe(1);
  await rejectOne("own");
  expect((await next("dead")).fields.routingKey).toBe("failed");
});

test("beyond its limit a queue with reject-publish refuses, and the publisher is told", async () => {
  await apply("    full: { type: quorum, limit: { messages: 1, overflow: reject-publish } }\n");
  const confirming = await connection.createConfirmChannel();
  const publish = (): Promise<boolean> =>
    new Promise((resolve) =>
      confirming.sendToQueue("full", Buffer.from("x"), {}, (error) =>
        resolve(error === null || error === undefined),
      ),
    );
  const accepted: boolean[] = [];
  for (let index = 0; index < 20; index++) accepted.push(await publish());
  expect(accepted[0]).toBe(true);
  expect(accepted.at(-1)).toBe(false);
  await confirming.close();
});

test("what no binding takes goes to the alternate exchange", async () => {
  channel.publish("orders", "nobody.knows", Buffer.from("stray"));
  expect((await next("unrouted")).content.toString()).toBe("stray");
});
