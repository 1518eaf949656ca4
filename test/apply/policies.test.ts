import { afterEach, beforeEach, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { publish, waiting } from "../brokers/amqp.ts";
import { relayHttp } from "../brokers/relays.ts";
import { rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "./stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = stageOn({ rabbitmq: sharedRabbitmq() });
});
afterEach(() => stage.clear());

/** Queues by name with their limit in messages; 0 for none. */
const limited = (queues: Record<string, number>): Plan =>
  stage.plan(
    `  queues:\n${Object.entries(queues)
      .map(
        ([name, limit]) =>
          `    ${name}: { type: quorum${limit > 0 ? `, limit: { messages: ${limit} }` : ""} }`,
      )
      .join("\n")}`,
  );

async function policyNames(): Promise<string[]> {
  const client = rabbitmqClient();
  const { policies = [] } = (await client.definitions(stage.name)) ?? {};
  client.close();
  return policies.map(({ name, pattern }) => `${name.slice(0, 10)} ${pattern}`).toSorted();
}

test("a queue that moves to another group keeps its messages", async () => {
  await stage.apply(limited({ a: 10, b: 10, c: 20 }));
  await publish(stage.name, "b", ["one", "two"]);
  expect(await policyNames()).toEqual(["queueform- ^(?:a|b)$", "queueform- ^(?:c)$"]);
  const moved = limited({ a: 10, b: 20, c: 20 });

  const found = await stage.drift(moved);
  expect(found.missing.map(({ kind }) => kind)).toEqual(["rabbitmq-policy", "rabbitmq-policy"]);
  expect(found.changed).toMatchObject([{ operation: "remove" }, { operation: "remove" }]);
  expect(found.unmanaged).toEqual([]);

  expect(await stage.apply(moved)).toMatchObject({
    sent: { created: 2, changed: 0, removed: 2 },
    refused: [],
    failed: [],
  });
  expect(await stage.drift(moved)).toMatchObject(nothingFound);
  expect(await policyNames()).toEqual(["queueform- ^(?:a)$", "queueform- ^(?:b|c)$"]);
  expect(await waiting(stage.name, "b")).toBe(2);
});

test("new policies are written before old ones are deleted: no queue is ever without one", async () => {
  const relay = await relayHttp(sharedRabbitmq().endpoint);
  const relayed = stageOn({ rabbitmq: { ...sharedRabbitmq(), endpoint: relay.endpoint } });
  const plan = (limit: number): Plan =>
    relayed.plan(`  queues: { q: { type: classic, limit: { messages: ${limit} } } }`);
  await relayed.apply(plan(1));
  const from = relay.writes().length;
  await relayed.apply(plan(2));
  expect(
    relay
      .writes()
      .slice(from)
      .map((line) => line.split(relayed.name)[0]),
  ).toEqual(["POST /api/definitions/", "DELETE /api/policies/"]);
  await relayed.clear();
  await relay.close();
});

test("an old policy that governs a queue nobody declares any more stops the apply, until somebody decides", async () => {
  await stage.apply(limited({ kept: 10, forgotten: 10 }));
  const rest = limited({ kept: 10 });
  const result = await stage.apply(rest);
  expect(result).toMatchObject({
    sent: nothingSent.sent,
    refused: [
      {
        option: "--allow",
        key: expect.stringMatching(/policy\/queueform-/),
        sentence: expect.stringMatching(/"forgotten"/),
      },
    ],
  });
  expect(result.refused).toHaveLength(1);
  expect(await policyNames()).toEqual(["queueform- ^(?:forgotten|kept)$"]);

  // Deleting the queue settles it.
  expect(await stage.apply(rest, stage.key("queue", "forgotten"))).toMatchObject({
    refused: [],
    failed: [],
    sent: { removed: 2 },
  });
  expect(await stage.drift(rest)).toMatchObject(nothingFound);
});

test("allowing the old policy to go leaves the queue without its settings", async () => {
  await stage.apply(limited({ kept: 10, forgotten: 10 }));
  const rest = limited({ kept: 10 });
  const [refusal] = (await stage.apply(rest)).refused;
  expect(await stage.apply(rest, refusal!.key)).toMatchObject({ refused: [], failed: [], unused: [] });
  expect(await policyNames()).toEqual(["queueform- ^(?:kept)$"]);
  expect((await stage.drift(rest)).unmanaged.map(({ key }) => key)).toEqual([
    stage.key("queue", "forgotten"),
  ]);
});

test("a policy that would change somebody else's queue is refused, and says whose and how", async () => {
  await stage.apply(
    stage.plan("  queues: { theirs: { type: classic } }\n  exchanges: { theirs: { type: fanout } }"),
  );
  const wide = stage.plan(`
  queues: { ours: { type: classic } }
  policies: { wide: { pattern: ^(ours|theirs), applyTo: all, definition: { max-length: 5 } } }`);
  const key = stage.key("policy", "wide");
  const result = await stage.apply(wide);
  expect(result).toMatchObject({ sent: nothingSent.sent, refused: [{ key, option: "--allow" }] });
  expect(result.refused[0]?.sentence).toMatch(
    /policy "wide".*exchange "theirs" \(now no policy, then max-length 5\).*queue "theirs"/,
  );
  expect(await waiting(stage.name, "ours")).toBeUndefined();
  expect(await stage.apply(wide, key)).toMatchObject({ refused: [], failed: [], sent: { created: 2 } });
  // Once it is there, nothing changes for anybody.
  expect(await stage.apply(wide)).toMatchObject({ sent: nothingSent.sent, refused: [], failed: [] });
});

test("a policy that stays behind another one changes nobody's queue", async () => {
  const client = rabbitmqClient();
  await stage.apply(stage.plan("  queues: { theirs: { type: classic } }"));
  const policy = {
    name: "theirs",
    pattern: "^theirs$",
    "apply-to": "queues",
    priority: 9,
    definition: { "max-length": 1 },
  };
  await client.importDefinitions(stage.name, { policies: [policy] });
  client.close();
  const wide = stage.plan("  policies: { wide: { pattern: ^, definition: { max-length: 5 }, priority: 1 } }");
  expect(await stage.apply(wide)).toMatchObject({ refused: [], failed: [], sent: { created: 1 } });
});

test("somebody else's policy under a name like ours is not taken for ours", async () => {
  const client = rabbitmqClient();
  await stage.apply(limited({ q: 10 }));
  const like = { "apply-to": "queues", priority: 0, definition: { "max-length": 1 } };
  const policies = [
    { ...like, name: "queueform-by-hand", pattern: "^(?:nothing)$" },
    { ...like, name: "queueform-0123abcd", pattern: "^nothing" },
  ];
  await client.importDefinitions(stage.name, { policies });
  client.close();
  expect((await stage.apply(limited({ q: 10 }))).unmanaged.map(({ key }) => key)).toEqual([
    stage.key("policy", "queueform-0123abcd"),
    stage.key("policy", "queueform-by-hand"),
  ]);
  expect(await policyNames()).toHaveLength(3);
});
