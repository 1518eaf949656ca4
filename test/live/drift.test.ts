import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { nothingFound, type Stage, stageOn } from "../apply/stage.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { freePort } from "../brokers/relays.ts";
import { kafkaClient, rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";

let stage: Stage;
let plan: Plan;
const client = rabbitmqClient();

beforeEach(async () => {
  stage = stageOn({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
  plan = planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: { description: ours } }
  exchanges: { e: { type: topic } }
  queues: { q: { type: quorum, bind: [{ exchange: e, key: "#" }], limit: { messages: 10 } }, r: { type: classic } }
kafka:
  topics: { ${stage.name}.t: { partitions: 2, replication: 1, retention: 7d } }
`);
  await stage.apply(plan);
});
afterEach(() => stage.clear());

const keys = (objects: readonly { readonly key: string }[]): string[] => objects.map(({ key }) => key);

describe("what somebody did by hand is found", () => {
  test("a queue deleted, and its binding with it", async () => {
    await client.deleteQueue(stage.name, "q");
    const found = await stage.drift(plan);
    expect(keys(found.missing)).toEqual([
      stage.key("binding", "e", "queue", "q", "#"),
      stage.key("queue", "q"),
    ]);
    expect(found).toMatchObject({ changed: [], unmanaged: [] });
  });

  test("a queue declared again with another type", async () => {
    await client.deleteQueue(stage.name, "r");
    const queue = {
      name: "r",
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": "quorum", "x-max-length": 5 },
    };
    await client.importDefinitions(stage.name, { queues: [queue] });
    const [change] = (await stage.drift(plan)).changed;
    expect(change).toMatchObject({
      key: stage.key("queue", "r"),
      operation: "change",
      effect: "replaces",
      impact: "message-loss",
    });
    expect(change?.fields.map(({ field, before, after }) => [field, before, after])).toEqual([
      ["arguments.x-max-length", 5, undefined],
      ["arguments.x-queue-type", "quorum", "classic"],
    ]);
  });

  test("retention changed, and another config set", async () => {
    const kafka = await kafkaClient();
    await kafka.alterConfigs([
      { topic: `${stage.name}.t`, set: { "retention.ms": "1000", "segment.ms": "500" }, reset: [] },
    ]);
    await kafka.createPartitions([{ topic: `${stage.name}.t`, count: 3 }]);
    await kafka.close();
    await expect.poll(async () => (await stage.drift(plan)).changed[0]?.fields.length).toBe(3);
    const [change] = (await stage.drift(plan)).changed;
    expect(change).toMatchObject({ key: `kafka/main/topic/${stage.name}.t`, effect: "replaces" });
    expect(change?.fields.map(({ field, before, after }) => [field, before, after])).toEqual([
      ["config.retention.ms", "1000", "604800000"],
      ["config.segment.ms", "500", undefined],
      ["partitions", 3, 2],
    ]);
  });

  test("a vhost described otherwise, with a limit", async () => {
    await client.putVhost({ name: stage.name, description: "theirs" });
    await client.putVhostLimit(stage.name, "max-queues", 3);
    const [change] = (await stage.drift(plan)).changed;
    expect(change?.fields.map(({ field, before, after }) => [field, before, after])).toEqual([
      ["description", "theirs", "ours"],
      ["maxQueues", 3, undefined],
    ]);
  });

  test("a generated policy changed", async () => {
    const { policies = [] } = (await client.definitions(stage.name)) ?? {};
    await client.importDefinitions(stage.name, {
      policies: policies.map((policy) => ({ ...policy, definition: { "max-length": 99 } })),
    });
    const [change] = (await stage.drift(plan)).changed;
    expect(change).toMatchObject({
      kind: "rabbitmq-policy",
      effect: "in-place",
      fields: [{ field: "definition.max-length", before: 99, after: 10 }],
    });
  });

  test("objects that nobody declared", async () => {
    const queue = { name: "theirs", durable: true, auto_delete: false, arguments: {} };
    const exchange = {
      name: "theirs",
      type: "fanout",
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    };
    const policy = {
      name: "theirs",
      pattern: "^theirs$",
      "apply-to": "queues",
      priority: 0,
      definition: { "max-length": 1 },
    };
    const binding = {
      source: "theirs",
      destination: "theirs",
      destination_type: "queue",
      routing_key: "",
      arguments: { a: 1 },
    } as const;
    await client.importDefinitions(stage.name, {
      queues: [queue],
      exchanges: [exchange],
      policies: [policy],
      bindings: [binding],
    });
    const kafka = await kafkaClient();
    await kafka.createTopics([
      { name: `${stage.name}.theirs`, partitions: 1, replicationFactor: 1, config: {} },
    ]);
    await kafka.close();
    await expect
      .poll(async () => keys((await stage.drift(plan)).unmanaged).toSorted())
      .toEqual([
        `kafka/main/topic/${stage.name}.theirs`,
        expect.stringMatching(/binding\/theirs\/queue\/theirs\/~[0-9a-f]{8}$/),
        stage.key("exchange", "theirs"),
        stage.key("policy", "theirs"),
        stage.key("queue", "theirs"),
      ]);
    expect(await stage.drift(plan)).toMatchObject({ changed: [], missing: [] });
  });
});

describe("what is nobody's business is not reported", () => {
  test("other vhosts, and what brokers and clients make for themselves", async () => {
    const other = `${stage.name}.other`;
    await client.putVhost({ name: other });
    const binding = { destination: "q", destination_type: "queue", routing_key: "", arguments: {} } as const;
    await client.importDefinitions(stage.name, {
      exchanges: [
        {
          name: "internal",
          type: "fanout",
          durable: true,
          auto_delete: false,
          internal: true,
          arguments: {},
        },
      ],
    });
    expect(await stage.drift(plan)).toMatchObject(nothingFound);
    // Bound to a built-in exchange, a declared queue gets messages that nobody declared.
    await client.importDefinitions(stage.name, { bindings: [{ source: "amq.fanout", ...binding }] });
    expect(keys((await stage.drift(plan)).unmanaged)).toEqual([
      stage.key("binding", "amq.fanout", "queue", "q", ""),
    ]);
    await client.deleteVhost(other);
  });

  test("a vhost that the files only refer to", async () => {
    const referring = planFrom(`rabbitmq: { vhost: ${stage.name}, queues: { r: { type: classic } } }`);
    const found = await stage.drift(referring);
    expect(keys(found.unmanaged)).not.toContain(stage.key("vhost"));
    expect(found).toMatchObject({ changed: [], missing: [] });
  });
});

describe("what could not be read is not called missing", () => {
  test("because a broker is down", async () => {
    const environment = environmentOf({
      rabbitmq: { endpoint: `http://127.0.0.1:${await freePort()}` },
      kafka: sharedKafka(),
    });
    const found = drift(plan, await observe(plan, environment, noSecrets));
    expect(found.missing).toEqual([]);
    expect(found.clusters).toEqual([
      { broker: "kafka", cluster: "main", state: "read", declared: 1 },
      {
        broker: "rabbitmq",
        cluster: "main",
        state: "failed",
        declared: plan.objects.length - 1,
        reason: expect.stringMatching(/refused/),
      },
    ]);
  });

  test("but a vhost that is not there is", async () => {
    await client.deleteVhost(stage.name);
    const found = await stage.drift(plan);
    expect(found.missing).toHaveLength(plan.objects.length - 1);
    expect(found.clusters.map(({ state }) => state)).toEqual(["read", "read"]);
  });
});
