import { expect, test } from "vitest";
import { planFrom } from "../brokers/project.ts";

const planOf = (replies: string) =>
  planFrom(
    `rabbitmq: { requestReply: { quote: { responder: pricing, requesters: [web, app], timeout: 5s${replies} } } }\n`,
  ).objects;

test("a question is an exchange and a classic queue, in which it waits no longer than the requester", () => {
  const objects = planOf("");
  expect(objects.map(({ kind, spec }) => [kind, spec["name"] ?? spec["destination"]])).toEqual([
    ["rabbitmq-binding", "quote"],
    ["rabbitmq-exchange", "quote"],
    ["rabbitmq-policy", expect.stringMatching(/^queueform-/)],
    ["rabbitmq-queue", "quote"],
  ]);
  expect(objects[2]!.spec).toMatchObject({ pattern: "^(?:quote)$", definition: { "message-ttl": 5000 } });
  expect(objects[3]).toMatchObject({
    spec: { durable: true, arguments: { "x-queue-type": "classic" } },
    operations: { consumers: { app: "pricing" } },
  });
});

test("with reply queues each requester has one, of the same timeout", () => {
  const objects = planOf(", replies: queue");
  expect(
    objects
      .filter(({ kind }) => kind === "rabbitmq-queue")
      .map(({ spec, operations }) => [spec["name"], operations]),
  ).toEqual([
    ["quote", { consumers: { app: "pricing" } }],
    ["quote.reply.app", { consumers: { app: "app" } }],
    ["quote.reply.web", { consumers: { app: "web" } }],
  ]);
  expect(objects.filter(({ kind }) => kind === "rabbitmq-policy").map(({ spec }) => spec)).toMatchObject([
    { pattern: "^(?:quote|quote\\.reply\\.app|quote\\.reply\\.web)$", definition: { "message-ttl": 5000 } },
  ]);
});
