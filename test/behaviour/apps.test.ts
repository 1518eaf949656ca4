import type { ChannelModel } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appsStage, type AppsStage, attempt, fine, login } from "./apps-stage.ts";

const allowed = "allowed";
const refused = 403;
const message = Buffer.from("1");

let stage: AppsStage;
const connections: Record<string, ChannelModel> = {};
const as = (app: string): ChannelModel => connections[app]!;

beforeAll(async () => {
  stage = appsStage();
  const plan = stage.plan(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    audit: { type: fanout }
  queues:
    orders.fulfil: { bind: [{ exchange: orders, key: order.created }], deadLetter: true, consumers: { app: warehouse } }
    orders.cancel: { bind: [{ exchange: orders, key: order.cancelled }] }
    built: { type: classic, bind: [{ exchange: orders, key: built.here }], deadLetter: true }
    unrouted: { bind: [{ exchange: unrouted }] }
  requestReply:
    price: { responder: pricing, requesters: [web], timeout: 5s }
  apps:
    web: { publishes: [{ exchange: orders, keys: [order.*, "#.urgent"] }], password: "\${secret:WEB}" }
    warehouse: { consumes: [orders.fulfil.dlq], password: "\${secret:WAREHOUSE}" }
    pricing: { password: "\${secret:PRICING}" }
    builder: { publishes: [orders], consumes: [built], declares: active, password: "\${secret:BUILDER}" }
`);
  expect(await stage.apply(plan)).toMatchObject(fine);
  for (const app of ["web", "warehouse", "pricing", "builder"])
    connections[app] = await login(stage, app, app.toUpperCase());
});
afterAll(async () => {
  for (const connection of Object.values(connections)) await connection.close();
  await stage.clear();
});

describe("an application that publishes", () => {
  test.each([
    ["with a key that it named", "order.created", allowed],
    ["with another such key", "any.thing.urgent", allowed],
    ["with a key of more words than its pattern has", "order.item.added", refused],
    ["with a key that it didn't name", "invoice.created", refused],
  ])("%s", async (_what, key, outcome) => {
    expect(await attempt(as("web"), (channel) => channel.publish("orders", key, message))).toBe(outcome);
  });

  test.each([
    ["sees that its exchange is there", allowed, (c) => c.checkExchange("orders")],
    ["may not publish to another exchange", refused, (c) => c.publish("audit", "", message)],
    [
      "may not publish into a queue past the exchange",
      refused,
      (c) => c.sendToQueue("orders.fulfil", message),
    ],
    ["may not consume", refused, (c) => c.get("orders.fulfil")],
    ["may not declare a queue", refused, (c) => c.assertQueue("mine")],
    ["may not bind", refused, (c) => c.bindQueue("orders.fulfil", "orders", "#")],
    ["may not delete", refused, (c) => c.deleteExchange("orders")],
  ] satisfies [string, string | number, Parameters<typeof attempt>[1]][])(
    "%s",
    async (_what, outcome, work) => {
      expect(await attempt(as("web"), work)).toBe(outcome);
    },
  );
});

describe("an application that consumes", () => {
  test.each([
    ["sees that its queue is there", allowed, (c) => c.checkQueue("orders.fulfil")],
    ["may consume the queue that names it", allowed, (c) => c.get("orders.fulfil", { noAck: true })],
    ["may consume a queue that it names", allowed, (c) => c.get("orders.fulfil.dlq", { noAck: true })],
    ["may not consume another queue", refused, (c) => c.get("orders.cancel")],
    ["may not publish", refused, (c) => c.publish("orders", "order.created", message)],
    ["may not delete its queue", refused, (c) => c.deleteQueue("orders.fulfil")],
  ] satisfies [string, string | number, Parameters<typeof attempt>[1]][])(
    "%s",
    async (_what, outcome, work) => {
      expect(await attempt(as("warehouse"), work)).toBe(outcome);
    },
  );

  test("can reject, and the broker moves the message to the dead letters for it", async () => {
    await attempt(as("warehouse"), (channel) => channel.purgeQueue("orders.fulfil"));
    await attempt(as("web"), (channel) => channel.publish("orders", "order.created", Buffer.from("bad")));
    const channel = await as("warehouse").createChannel();
    await expect
      .poll(async () => {
        const got = await channel.get("orders.fulfil");
        if (got) channel.reject(got, false);
        return got && got.content.toString();
      })
      .toBe("bad");
    await expect
      .poll(async () => (await channel.get("orders.fulfil.dlq", { noAck: true })) !== false)
      .toBe(true);
    await channel.close();
  });
});

describe("an application that declares actively", () => {
  const queue = {
    durable: true,
    arguments: { "x-queue-type": "classic", "x-dead-letter-exchange": "built.dlx" },
  };
  test.each([
    ["may declare its queue as it is declared here", allowed, (c) => c.assertQueue("built", queue)],
    ["may bind it", allowed, (c) => c.bindQueue("built", "orders", "built.here")],
    [
      "may declare its exchange",
      allowed,
      (c) => c.assertExchange("orders", "topic", { durable: true, alternateExchange: "unrouted" }),
    ],
    ["may not declare anything else", refused, (c) => c.assertQueue("mine")],
    [
      "may not bind its queue to what it has nothing to do with",
      refused,
      (c) => c.bindQueue("built", "audit", ""),
    ],
  ] satisfies [string, string | number, Parameters<typeof attempt>[1]][])(
    "%s",
    async (_what, outcome, work) => {
      expect(await attempt(as("builder"), work)).toBe(outcome);
    },
  );
});

test("a question is answered: who asks may read its answer, who answers may send it", async () => {
  const responder = await as("pricing").createChannel();
  await responder.consume(
    "price",
    (question) => {
      const { replyTo, correlationId } = question!.properties;
      responder.sendToQueue(String(replyTo), Buffer.from("42"), { correlationId: String(correlationId) });
      responder.ack(question!);
    },
    {},
  );
  const requester = await as("web").createChannel();
  const answer = new Promise<string>((resolve) => {
    void requester.consume("amq.rabbitmq.reply-to", (reply) => resolve(reply!.content.toString()), {
      noAck: true,
    });
  });
  requester.publish("price", "", Buffer.from("?"), { replyTo: "amq.rabbitmq.reply-to", correlationId: "1" });
  expect(await answer).toBe("42");
});

test("nobody may log in to another vhost", async () => {
  const other = { ...stage, name: "/" };
  await expect(login({ ...other, user: stage.user }, "web", "WEB")).rejects.toThrow(/ConnectionClose/);
});
