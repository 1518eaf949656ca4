import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { VhostDefinitions } from "../../src/brokers/rabbitmq-definitions.ts";
import { Rejection } from "../../src/brokers/rabbitmq-management.ts";
import { partsOf } from "../../src/brokers/rabbitmq-parts.ts";
import { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import { relayHttp } from "./relays.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "./sandboxes.ts";

const sections = ["policies", "exchanges", "queues", "bindings"] as const;

const inOrder = (definitions: VhostDefinitions): unknown[] =>
  sections.flatMap<unknown>((section) => definitions[section] ?? []);

/** A topology in which every object needs those of the sections before; `padding` makes bindings longer. */
const topology = (count: number, padding = ""): VhostDefinitions => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const lasting = { durable: true, auto_delete: false, arguments: {} };
  return {
    bindings: numbers.map((index) => ({
      source: `exchange.${index}`,
      destination: `queue.${index}`,
      destination_type: "queue",
      routing_key: `ключ.${index}`,
      arguments: { padding },
    })),
    queues: numbers.map((index) => ({ name: `queue.${index}`, ...lasting })),
    exchanges: numbers.map((index) => ({ name: `exchange.${index}`, type: "topic", ...lasting })),
    policies: numbers.map((index) => ({
      name: `policy.${index}`,
      pattern: `^queue\\.${index}$`,
      "apply-to": "queues",
      priority: 0,
      definition: { "max-length": 10 },
    })),
  };
};

test("parts are no longer than the limit, leave nothing out and keep the order that objects need", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.integer({ min: 250, max: 5000 }), (count, limit) => {
      const whole = topology(count);
      const parts = partsOf(whole, limit);
      for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(limit);
      const sent = parts.flatMap((part) => inOrder(part));
      expect(sent).toEqual(inOrder(whole));
    }),
  );
});

test("parts have no more objects than a slow broker makes before it closes the connection", () => {
  const sizesOf = (parts: VhostDefinitions[]): number[][] =>
    parts.map((part) => sections.map((section) => part[section]?.length ?? 0));
  const parts = partsOf(topology(300), Infinity);
  expect(parts.flatMap((part) => inOrder(part))).toEqual(inOrder(topology(300)));
  expect(sizesOf(parts)).toEqual([
    ...Array.from({ length: 300 }, () => [1, 0, 0, 0]),
    [0, 300, 200, 0],
    [0, 0, 100, 300],
  ]);
  const ofNewVhost = [
    [300, 200, 0, 0],
    [0, 100, 300, 100],
    [0, 0, 0, 200],
  ];
  expect(sizesOf(partsOf(topology(300), Infinity, true))).toEqual(ofNewVhost);
});

test("an object that is longer than the limit is sent alone, and what fits is sent at once", () => {
  expect(partsOf(topology(2), 1).map((part) => Object.keys(part))).toEqual(
    sections.flatMap((section) => [[section], [section]]),
  );
  const { policies: _, ...fits } = topology(2);
  expect(partsOf(fits, Infinity)).toEqual([fits]);
  expect(partsOf({}, 1000)).toEqual([{}]);
});

describe("more than 20 MB, sent through a proxy that takes 1 MB at a time", () => {
  const large = topology(240, "x".repeat(100_000));
  const vhost = ownName("parts");
  const direct = rabbitmqClient();
  beforeEach(() => direct.putVhost({ name: vhost }));
  afterEach(() => direct.deleteVhost(vhost));

  test("arrive whole", async () => {
    expect(JSON.stringify(large).length).toBeGreaterThan(20 * 1024 * 1024);
    const { endpoint, username, password } = sharedRabbitmq();
    const relay = await relayHttp(endpoint, undefined, 1_000_000);
    const client = new RabbitmqClient({ endpoint: relay.endpoint, username, password });
    await client.importDefinitions(vhost, large);
    expect(relay.writes().length).toBeGreaterThan(20);
    const found = await client.definitions(vhost);
    for (const section of sections) expect(found?.[section]).toHaveLength(240);
    expect(
      found?.bindings?.every(
        ({ arguments: { padding } }) => padding === large.bindings?.[0]?.arguments["padding"],
      ),
    ).toBe(true);
    client.close();
    await relay.close();
  });

  test("are refused in one piece, by the proxy and by the broker, and it is said what to allow", async () => {
    const { endpoint, username, password } = sharedRabbitmq();
    const relay = await relayHttp(endpoint, undefined, 1_000_000);
    for (const [address, status] of [
      [relay.endpoint, 413],
      [endpoint, 400],
    ] as const) {
      const client = new RabbitmqClient({ endpoint: address, username, password });
      const error: unknown = await client
        .importDefinitions(vhost, { bindings: large.bindings ?? [] }, { limit: Infinity })
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Rejection);
      expect(error).toMatchObject({
        status,
        message: expect.stringMatching(
          /its 2\d{7} bytes are too many .*Allow at least 1 MB: management\.http/,
        ),
      });
      client.close();
    }
    await relay.close();
  });
});
