import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { publish, waiting } from "../brokers/amqp.ts";
import { planFrom } from "../brokers/project.ts";
import { ownRabbitmq, rabbitmqClient } from "../brokers/sandboxes.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "./stage.ts";

// The oldest series that is supported: its exports and imports differ from those of 4.x in small ways.
let rabbitmq: RabbitmqState;
let stop: () => Promise<void>;
let stage: Stage;
beforeAll(async () => {
  ({ rabbitmq, stop } = await ownRabbitmq("3.10"));
});
afterAll(() => stop());
beforeEach(() => {
  stage = stageOn({ rabbitmq });
});
afterEach(() => stage.clear());

const everything = (limit: number): ReturnType<typeof planFrom> =>
  planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: { description: For tests, limits: { queues: 100 } } }
  exchanges:
    orders: { type: topic, alternate: orders.unrouted }
    orders.unrouted: { type: fanout }
    headers: { type: headers, bind: [{ exchange: orders, key: "#" }] }
  queues:
    fulfil:
      type: quorum
      bind: [{ exchange: orders, key: order.created }, { exchange: headers, match: any, headers: { size: 3 } }]
      deadLetter: true
      limit: { messages: ${limit}, overflow: reject-publish }
    old: { type: classic, ttl: 5s }
    log: { type: stream }
  policies:
    exchanges: { pattern: ^headers$, applyTo: exchanges, definition: { alternate-exchange: orders.unrouted } }
`);

test("is the series that is meant", () => {
  expect(rabbitmq.version).toMatch(/^3\.10\./);
});

test("gets everything, reads back exactly that, and the second run sends nothing", async () => {
  const plan = everything(10);
  expect(await stage.apply(plan)).toMatchObject({ ...nothingSent, sent: { created: plan.objects.length } });
  expect(await stage.drift(plan)).toMatchObject(nothingFound);
  expect(await stage.apply(plan)).toMatchObject(nothingSent);
});

test("changes limits in place", async () => {
  await stage.apply(everything(10));
  await publish(stage.name, "fulfil", ["one"], rabbitmq);
  expect(await stage.apply(everything(20))).toMatchObject({ refused: [], failed: [] });
  expect(await stage.drift(everything(20))).toMatchObject(nothingFound);
  expect(await waiting(stage.name, "fulfil", rabbitmq)).toBe(1);
});

test("takes a queue that was declared without a type for the classic one that it is", async () => {
  const client = rabbitmqClient(rabbitmq);
  await client.putVhost({ name: stage.name });
  await client.importDefinitions(stage.name, {
    queues: [{ name: "q", durable: true, auto_delete: false, arguments: {} }],
  });
  expect((await client.definitions(stage.name))?.queues?.[0]?.arguments).toEqual({});
  client.close();
  expect(await stage.drift(stage.plan("  queues: { q: { type: classic } }"))).toMatchObject(nothingFound);
  expect((await stage.apply(stage.plan("  queues: { q: { type: quorum } }"))).refused).toMatchObject([
    { key: stage.key("queue", "q") },
  ]);
});

test("has no definitions for a vhost that is not there", async () => {
  const client = rabbitmqClient(rabbitmq);
  expect(await client.definitions("none")).toBeUndefined();
  expect(await client.definitions("nicht-da-ü")).toBeUndefined();
  client.close();
});

test("refuses what only newer series know, and that is said", async () => {
  const plan = stage.plan(
    "  policies: { p: { pattern: ^, applyTo: quorum_queues, definition: { max-length: 1 } } }",
  );
  const { failed } = await stage.apply(plan);
  expect(failed[0]?.reason).toMatch(/apply-to|applyTo|quorum_queues/);
});
