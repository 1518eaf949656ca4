import { join } from "node:path";
import { connect } from "amqplib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Found } from "../../src/adopt/found.ts";
import { readRabbitmq } from "../../src/adopt/sources/rabbitmq-live.ts";
import { load } from "../../src/load.ts";
import { planOf } from "../../src/plan/model.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "../apply/stage.ts";
import { environmentOf, noSecrets } from "../brokers/project.ts";
import { ownRabbitmq, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { adopted, foundOf, modelOf, planned, specsOf, textsOf } from "./adopting.ts";

const project = join(import.meta.dirname, "../..");

/** What an import of the whole broker finds in one vhost: the others are those of other tests. */
async function foundIn(vhost: string, rabbitmq: RabbitmqState): Promise<Found> {
  const cluster = environmentOf({ rabbitmq }).clusters.rabbitmq.get("main")!;
  const found = await readRabbitmq(cluster, noSecrets);
  const place = `rabbitmq/main/${vhost}`;
  return {
    ...found,
    objects: found.objects.filter(({ key }) => key.startsWith(`${place}/`)),
    notes: found.notes.filter(({ about }) => about === place || about.startsWith(`${place}/`)),
  };
}

const series = [
  ["4.x", async () => ({ rabbitmq: sharedRabbitmq(), stop: async () => undefined })],
  ["3.10", () => ownRabbitmq("3.10")],
] as const;

describe.each(series)("RabbitMQ %s", (_series, start) => {
  let rabbitmq: RabbitmqState;
  let stop: () => Promise<unknown>;
  let stage: Stage;
  beforeAll(async () => {
    ({ rabbitmq, stop } = await start());
  });
  beforeEach(() => {
    stage = stageOn({ rabbitmq });
  });
  afterEach(() => stage.clear());
  afterAll(() => stop());

  /** The plan of what an import writes, after proving that it changes nothing. */
  async function imported(): Promise<{ readonly plan: Plan; readonly found: Found; readonly text: string }> {
    const found = await foundIn(stage.name, rabbitmq);
    const written = adopted(found);
    expect(written.changes).toEqual([]);
    return { plan: planOf(modelOf(written)), found, text: Object.values(textsOf(written)).join() };
  }

  test("the shipped example comes back as the same plan, and nothing drifts", async () => {
    const { model } = load([join(project, "topology")], undefined, project);
    const version = rabbitmq.version.startsWith("3.") ? '  version: "3.10"\n' : "";
    const shop = planOf(model!).objects.filter(({ kind }) => kind.startsWith("rabbitmq-"));
    const [text = ""] = Object.values(textsOf(adopted(foundOf(shop))));
    const plan = stage.plan(`${version}${text.slice(text.indexOf("  exchanges:"))}`);
    await stage.apply(plan);
    const again = await imported();
    expect(specsOf(again.plan.objects)).toEqual(specsOf(plan.objects));
    expect(again.text).toContain("retry: { retries: 5, delay: 1s }");
    expect(await stage.drift(again.plan)).toMatchObject(nothingFound);
    expect(await stage.apply(again.plan)).toMatchObject(nothingSent);
  });

  test("what people and clients made by hand is said or named, and nothing drifts", async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.putVhost({ name: stage.name });
    const queue = (name: string, given = {}, rest = {}) => ({
      name,
      durable: true,
      auto_delete: false,
      arguments: given,
      ...rest,
    });
    const long = "q".repeat(255);
    const e = (name: string, type: string, given = {}) => ({
      name,
      type,
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: given,
    });
    await client.importDefinitions(stage.name, {
      exchanges: [
        e("ü @/x", "topic", { "alternate-exchange": "amq.fanout" }),
        e("h", "headers"),
        // The one type of its kind that a broker without plugins has, since 4.0.
        ...(rabbitmq.version.startsWith("4.") ? [e("one", "x-local-random")] : []),
      ],
      queues: [
        queue("a/b@c d", { "x-message-ttl": 5000, "x-dead-letter-exchange": "h" }),
        queue(long, { "x-queue-type": "quorum", "x-delivery-limit": 3 }),
        queue("stream", { "x-queue-type": "stream", "x-max-age": "7D" }),
        queue("kept", { "x-expires": 900_000 }, { durable: false }),
        queue("passing", {}, { durable: true, auto_delete: true }),
      ],
      bindings: [
        {
          source: "h",
          destination: long,
          destination_type: "queue",
          routing_key: "",
          arguments: { "x-match": "any", n: 1, s: "1", b: true },
        },
        { source: "h", destination: "ü @/x", destination_type: "exchange", routing_key: "k", arguments: {} },
        {
          source: "amq.topic",
          destination: "stream",
          destination_type: "queue",
          routing_key: "#",
          arguments: {},
        },
        {
          source: "ü @/x",
          destination: "a/b@c d",
          destination_type: "queue",
          routing_key: "",
          arguments: { odd: "x" },
        },
      ],
      policies: [
        { name: "p @", pattern: "^a/", "apply-to": "all", priority: 7, definition: { "max-length": 5 } },
      ],
    });
    const { amqpPort: port, username, password } = rabbitmq;
    const connection = await connect({ hostname: "127.0.0.1", port, username, password, vhost: stage.name });
    const channel = await connection.createChannel();
    await channel.assertQueue("", { exclusive: true });
    await channel.assertQueue("client", { durable: false, autoDelete: true });
    try {
      const { plan, found } = await imported();
      expect(found.objects.filter(({ kind }) => kind === "rabbitmq-queue")).toHaveLength(6);
      const left = await stage.drift(plan);
      expect(left).toMatchObject({ changed: [], missing: [], unchecked: [] });
      expect(left.unmanaged.map(({ key }) => key)).toEqual([stage.key("queue", "client")]);
      expect(await stage.apply(plan)).toMatchObject({ ...nothingSent, unmanaged: left.unmanaged });
    } finally {
      await connection.close();
      client.close();
    }
  });

  test("queues that clients declared without a type keep the arguments they have, and may be called classic", async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.putVhost({ name: stage.name });
    const { amqpPort: port, username, password, version } = rabbitmq;
    const connection = await connect({ hostname: "127.0.0.1", port, username, password, vhost: stage.name });
    const stored = async () =>
      new Map((await client.queueArguments(stage.name)).map((queue) => [queue.name, queue.arguments]));
    // RabbitMQ 4 adds it where a client leaves it out.
    const type = version.startsWith("3.") ? {} : { "x-queue-type": "classic" };
    try {
      const channel = await connection.createChannel();
      await channel.assertQueue("bare");
      await channel.assertQueue("full", {
        messageTtl: 5000,
        maxPriority: 3,
        deadLetterExchange: "amq.fanout",
      });
      const { plan, text } = await imported();
      expect([...text.matchAll(/type: (\w+)/g)].map(([, word]) => word)).toEqual(
        Array(2).fill(version.startsWith("3.") ? "implicit" : "classic"),
      );
      expect(await stage.drift(plan)).toMatchObject(nothingFound);

      for (const word of ["classic", "implicit"]) {
        const other = stage.plan(
          `  queues:\n    bare: { type: ${word} }\n    full: { type: ${word}, priorities: 3, arguments: { x-message-ttl: 5000, x-dead-letter-exchange: amq.fanout } }\n    new.${word}: { type: ${word} }\n`,
        );
        expect(await stage.apply(other)).toMatchObject({ sent: { created: 1, changed: 0 }, failed: [] });
        expect(await stage.apply(other)).toMatchObject({ sent: nothingSent.sent });
        expect(await stage.drift(other)).toMatchObject({ changed: [], missing: [], unchecked: [] });
      }
      const all = await stored();
      expect(all.get("bare")).toEqual(type);
      expect(all.get("new.implicit")).toEqual(type);
      expect(all.get("new.classic")).toEqual({ "x-queue-type": "classic" });
      await channel.assertQueue("new.classic");
      await channel.assertQueue("new.implicit", { arguments: { "x-queue-type": "classic" } });
    } finally {
      await connection.close();
      client.close();
    }
  });

  test("the whole broker, with users and everything else on it", async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.putVhost({ name: stage.name, description: "mine" });
    await client.putVhostLimit(stage.name, "max-queues", 30);
    await client.access.putUser(`${stage.name}.web`, "hunter2", []);
    await client.importDefinitions(stage.name, {
      queues: [{ name: "q", durable: true, auto_delete: false, arguments: {} }],
    });
    const rights = { configure: "^$", write: "^$", read: "^(?:q)$" };
    await client.access.putPermission({ user: `${stage.name}.web`, vhost: stage.name, ...rights });
    try {
      const cluster = environmentOf({ rabbitmq }).clusters.rabbitmq.get("main")!;
      const found = await readRabbitmq(cluster, noSecrets);
      const written = adopted(found);
      expect(written.changes).toEqual([]);
      expect(JSON.stringify({ found, written })).not.toMatch(/hunter2|password_hash/);
      const managed = environmentOf({ rabbitmq: { ...rabbitmq, access: "managed" } });
      expect(planned(written, managed)).toMatchObject({
        [stage.key("vhost")]: {
          description: rabbitmq.version.startsWith("3.10") ? expect.any(String) : "mine",
          maxQueues: 30,
        },
        [stage.key("permission", `${stage.name}.web`)]: rights,
      });
    } finally {
      await client.access.deleteUser(`${stage.name}.web`);
      client.close();
    }
  });
});
