import { join } from "node:path";
import { connect } from "amqplib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Found } from "../../src/adopt/found.ts";
import { readRabbitmq } from "../../src/adopt/sources/rabbitmq-live.ts";
import { load } from "../../src/load.ts";
import { planOf } from "../../src/plan/model.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "../apply/stage.ts";
import { environmentOf, noSecrets } from "../brokers/project.ts";
import { rabbitmqClient } from "../brokers/sandboxes.ts";
import { adopted, foundOf, modelOf, planned, specsOf, textsOf } from "./adopting.ts";
import { foundIn, series } from "./live-rabbitmq.ts";

const project = join(import.meta.dirname, "../..");

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
