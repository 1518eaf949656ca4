import type { Channel, ChannelModel } from "amqplib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
let client: ChannelModel;
let server: ChannelModel;
beforeEach(async () => {
  vhost = await vhostOn();
  client = await vhost.connect();
  server = await vhost.connect();
});
afterEach(async () => {
  await client.close();
  await server.close();
  await vhost.clear();
});

/** Answers every request in capitals, where the request asks for it. */
async function respond(queue: string): Promise<void> {
  const channel = await server.createChannel();
  await channel.consume(queue, (request) => {
    if (!request) return;
    const { replyTo, correlationId } = request.properties as { replyTo: string; correlationId: string };
    channel.sendToQueue(replyTo, Buffer.from(request.content.toString().toUpperCase()), { correlationId });
    channel.ack(request);
  });
}

/** Hears the answers that come to a queue, as "correlation id: text". */
async function listen(queue: string): Promise<{ channel: Channel; answers: string[] }> {
  const channel = await client.createChannel();
  const answers: string[] = [];
  await channel.consume(
    queue,
    (reply) => {
      if (reply) answers.push(`${String(reply.properties.correlationId)}: ${reply.content.toString()}`);
    },
    { noAck: true },
  );
  return { channel, answers };
}

test("an answer comes back through direct reply-to, to the request that it belongs to", async () => {
  await vhost.apply(
    "  requestReply: { pricing.quote: { responder: pricing, requesters: [web], timeout: 5s } }",
  );
  await respond("pricing.quote");
  const { channel, answers } = await listen("amq.rabbitmq.reply-to");
  for (const [correlationId, text] of [
    ["1", "apple"],
    ["2", "pear"],
  ] as const)
    channel.publish("pricing.quote", "any", Buffer.from(text), {
      correlationId,
      replyTo: "amq.rabbitmq.reply-to",
    });
  await expect.poll(() => answers).toEqual(["1: APPLE", "2: PEAR"]);
});

test("an answer waits in the reply queue of its requester", async () => {
  await vhost.apply(
    "  requestReply: { rpc_queue: { responder: server, requesters: [web, app], timeout: 30s, replies: queue } }",
  );
  await respond("rpc_queue");
  await vhost.publish("", "rpc_queue", "question", { correlationId: "7", replyTo: "rpc_queue.reply.web" });
  await expect.poll(() => vhost.count("rpc_queue.reply.web")).toBe(1);
  const { answers } = await listen("rpc_queue.reply.web");
  await expect.poll(() => answers).toEqual(["7: QUESTION"]);
  expect(await vhost.count("rpc_queue.reply.app")).toBe(0);
});

test("a request that nobody answers, and an answer that nobody fetches, leave nothing behind", async () => {
  await vhost.apply(
    "  requestReply: { rpc_queue: { responder: server, requesters: [web], timeout: 1s, replies: queue } }",
  );
  await vhost.publish("rpc_queue", "", "anybody there?", { replyTo: "rpc_queue.reply.web" });
  await vhost.publish("", "rpc_queue.reply.web", "too late");
  expect(await vhost.count("rpc_queue")).toBe(1);
  await expect.poll(() => vhost.count("rpc_queue"), { timeout: 30_000 }).toBe(0);
  await expect.poll(() => vhost.count("rpc_queue.reply.web"), { timeout: 30_000 }).toBe(0);
});
