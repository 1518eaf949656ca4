import { describe, expect, test } from "vitest";
import { findings } from "./topology.ts";

/** A message that is retried for 62 seconds on RabbitMQ and for 30 on Kafka. */
const retried = (message: string): string => `messages: { order.created: { ${message} } }
rabbitmq:
  exchanges:
    orders: { type: topic, carries: [order.created] }
  queues:
    ship:
      bind: [{ exchange: orders, key: "#" }]
      retry: { retries: 5, delay: 2s }
kafka:
  topics:
    placed: { partitions: 1, carries: [order.created], retry: { retries: 3, delay: 10s, backoff: fixed } }
`;
const remembered = (...ttls: string[]): string =>
  `redis:\n${ttls.map((ttl, index) => `  r${index}: { on: external, idempotency: { keyPrefix: "done:", ttl: ${ttl} } }\n`).join("")}`;
const said = (text: string): string[] => findings("idempotency-ttl-short", text).map(({ what }) => what);

describe("how long a handled message is remembered", () => {
  test("is compared with the longest time in which a queue or topic brings it back", () => {
    expect(said(retried("idempotencyKey: /id") + remembered("1m"))).toEqual([
      'What was handled is remembered for 60 s in the Redis "r0", and "order.created" in "ship" may be tried for 62 s.',
    ]);
    expect(said(retried("idempotencyKey: /id") + remembered("63s"))).toEqual([]);
  });

  test("is of no interest where nothing tells a repeated message from a new one", () => {
    expect(said(retried("version: 1") + remembered("1m"))).toEqual([]);
  });

  test("is unknown where several Redis remember", () => {
    expect(said(retried("idempotencyKey: /id") + remembered("1m", "24h"))).toEqual([]);
  });

  test("counts topics as well", () => {
    const kafka = retried("idempotencyKey: /id").replace(/rabbitmq:[^]*(?=kafka:)/, "");
    expect(said(kafka + remembered("20s"))).toEqual([expect.stringContaining('"order.created" in "placed"')]);
    expect(said(kafka + remembered("31s"))).toEqual([]);
  });
});
