import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publish, waiting } from "../brokers/amqp.ts";
import { planFrom } from "../brokers/project.ts";
import { kafkaApi, relayHttp, relayKafka } from "../brokers/relays.ts";
import { kafkaClient, rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "./stage.ts";

let stage: Stage;
beforeEach(() => {
  stage = stageOn({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
});
afterEach(() => stage.clear());

/** One of everything. */
const everything = (name: string): ReturnType<typeof planFrom> =>
  planFrom(`
rabbitmq:
  vhost: ${name}
  vhosts: { ${name}: { description: For tests, defaultQueueType: quorum, limits: { queues: 100, connections: 50 } } }
  exchanges:
    orders: { type: topic, alternate: orders.unrouted }
    orders.unrouted: { type: fanout, durable: false }
    direct: { type: direct, autoDelete: true }
    headers: { type: headers, bind: [{ exchange: orders, key: "#" }] }
  queues:
    fulfil:
      type: quorum
      bind: [{ exchange: orders, key: order.created }, { exchange: headers, match: any, headers: { size: 3, big: true } }]
      deadLetter: true
      limit: { messages: 10, overflow: reject-publish }
      deliveryLimit: 5
    old: { type: classic, ttl: 5s, expires: 1h, bind: [{ exchange: amq.topic, key: "a.*" }, { exchange: direct }] }
    log: { type: stream, arguments: { x-max-age: 30D, x-stream-max-segment-size-bytes: 1000000 } }
    by.hand: { type: classic, durable: false, arguments: { x-max-priority: 4 }, deadLetter: { exchange: orders.unrouted } }
  policies:
    streams: { pattern: ^log$, applyTo: streams, definition: { max-age: 5D }, priority: 7 }
    exchanges: { pattern: ^headers$, applyTo: exchanges, definition: { alternate-exchange: orders.unrouted } }
kafka:
  topics:
    ${name}.placed: { partitions: 3, replication: 1, retention: 7d, cleanup: [delete, compact], config: { min.insync.replicas: 1 } }
    ${name}.plain: { partitions: 1, replication: 1 }
    ${name}.forever: { partitions: 2, replication: 1, retention: forever, retentionBytes: 1Gi, config: { cleanup.policy: "delete,compact" } }
`);

describe("from nothing", () => {
  test("makes everything, and reads back exactly that", async () => {
    const plan = everything(stage.name);
    const result = await stage.apply(plan);
    expect(result).toMatchObject({
      ...nothingSent,
      sent: { created: plan.objects.length, changed: 0, removed: 0 },
    });
    expect(await stage.drift(plan)).toMatchObject(nothingFound);
    expect(stage.steps.join("\n")).toMatch(
      /RabbitMQ main: importing 5 policies, 5 exchanges, 5 queues, 6 bindings into vhost/,
    );
    expect(stage.steps.join("\n")).toMatch(/Kafka main: creating 3 topics/);
  });

  test("sends nothing the second time", async () => {
    const [rabbitmq, kafka] = [
      await relayHttp(sharedRabbitmq().endpoint),
      await relayKafka(sharedKafka().bootstrap[0]!),
    ];
    const relayed = stageOn({
      rabbitmq: { ...sharedRabbitmq(), endpoint: rabbitmq.endpoint },
      kafka: { ...sharedKafka(), bootstrap: [kafka.bootstrap] },
    });
    const plan = everything(relayed.name);
    await relayed.apply(plan);
    // The vhost with its settings, and one import; topics with one request.
    expect(rabbitmq.writes().map((line) => line.replace(relayed.name, "V"))).toEqual([
      "PUT /api/vhosts/V",
      "PUT /api/vhost-limits/V/max-connections",
      "PUT /api/vhost-limits/V/max-queues",
      "POST /api/definitions/V",
    ]);
    expect(kafka.requests.filter((key) => key === kafkaApi.createTopics)).toHaveLength(1);
    const [before, asked] = [rabbitmq.writes().length, kafka.requests.length];
    expect(await relayed.apply(plan)).toMatchObject(nothingSent);
    expect(rabbitmq.writes()).toHaveLength(before);
    const { apiVersions, metadata, describeConfigs, listMoves } = kafkaApi;
    const reads = new Set<number>([apiVersions, metadata, describeConfigs, listMoves]);
    expect(kafka.requests.slice(asked).filter((key) => !reads.has(key))).toEqual([]);
    await relayed.clear();
    await Promise.all([rabbitmq.close(), kafka.close()]);
  });

  test("says what a broker refuses, and makes the rest", async () => {
    const plan = planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  queues: { q: { type: classic } }
kafka:
  topics:
    ${stage.name}.good: { partitions: 1, replication: 1 }
    ${stage.name}.copies: { partitions: 1, replication: 3 }
`);
    const result = await stage.apply(plan);
    expect(result.sent).toEqual({ created: 3, changed: 0, removed: 0 });
    expect(result.failed).toEqual([
      {
        broker: "kafka",
        cluster: "main",
        key: `kafka/main/topic/${stage.name}.copies`,
        reason: expect.stringMatching(/^Kafka refused it: .*replication factor of 3/),
      },
    ]);
    expect((await stage.drift(plan)).missing.map(({ key }) => key)).toEqual([
      `kafka/main/topic/${stage.name}.copies`,
    ]);
  });

  test("finds by reading back what the import skipped without a word", async () => {
    const client = rabbitmqClient();
    // Somebody declares the queue, otherwise, after it was read and before the import.
    const relay = await relayHttp(sharedRabbitmq().endpoint, async (line) => {
      const queue = {
        name: "q",
        durable: true,
        auto_delete: false,
        arguments: { "x-queue-type": "classic" },
      };
      if (line.startsWith("POST /api/definitions/"))
        await client.importDefinitions(relayed.name, { queues: [queue] });
    });
    const relayed = stageOn({ rabbitmq: { ...sharedRabbitmq(), endpoint: relay.endpoint } });
    expect(
      (await relayed.apply(relayed.plan("  queues: { q: { type: quorum }, r: { type: quorum } }"))).failed,
    ).toMatchObject([
      {
        key: relayed.key("queue", "q"),
        reason: 'The broker took the request, but arguments.x-queue-type is "classic".',
      },
    ]);
    await client.deleteVhost(relayed.name);
    client.close();
    await relay.close();
  });

  test("says what a refused import leaves undone", async () => {
    const plan = stage.plan(`
  policies: { bad: { pattern: ^, definition: { no-such-key: 1 } } }
  queues: { q: { type: classic }, r: { type: classic } }`);
    const { sent, failed } = await stage.apply(plan);
    expect(sent).toEqual({ created: 1, changed: 0, removed: 0 });
    expect(failed.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/no-such-key.*not recognised/),
      expect.stringMatching(/^3 objects are not as declared yet/),
    ]);
  });
});

describe("on living objects", () => {
  test("a limit changes in place, and the messages stay", async () => {
    const limited = (limit: number): ReturnType<typeof planFrom> =>
      stage.plan(`  queues: { q: { type: quorum, limit: { messages: ${limit} } } }`);
    await stage.apply(limited(100));
    await publish(stage.name, "q", ["one", "two", "three"]);
    expect(await stage.apply(limited(50))).toMatchObject({
      sent: { created: 1, removed: 1 },
      refused: [],
      failed: [],
    });
    expect(await stage.drift(limited(50))).toMatchObject(nothingFound);
    expect(await waiting(stage.name, "q")).toBe(3);
  });

  test("a policy that people declared changes in place", async () => {
    const policed = (ttl: number): ReturnType<typeof planFrom> =>
      stage.plan(
        `  queues: { q: { type: classic } }\n  policies: { p: { pattern: ^q$, definition: { message-ttl: ${ttl} } } }`,
      );
    await stage.apply(policed(100_000));
    expect(await stage.apply(policed(200_000))).toMatchObject({
      sent: { created: 0, changed: 1, removed: 0 },
      failed: [],
    });
    expect(await stage.drift(policed(200_000))).toMatchObject(nothingFound);
  });

  test("a vhost changes in place, and limits that are no longer declared go", async () => {
    const vhost = (value: string): ReturnType<typeof planFrom> =>
      planFrom(`rabbitmq: { vhost: ${stage.name}, vhosts: { ${stage.name}: ${value} } }`);
    const client = rabbitmqClient();
    await stage.apply(vhost("{ description: one, defaultQueueType: quorum, limits: { queues: 5 } }"));
    await client.putVhost({ name: stage.name, tags: ["theirs"], description: "one" });
    for (const value of [
      "{ description: two, defaultQueueType: classic, limits: { queues: 6, connections: 7 } }",
      "{}",
    ]) {
      expect(await stage.apply(vhost(value))).toMatchObject({
        sent: { created: 0, changed: 1, removed: 0 },
        failed: [],
      });
      expect(await stage.drift(vhost(value))).toMatchObject(nothingFound);
      expect(await client.vhost(stage.name)).toMatchObject({ tags: ["theirs"] });
    }
    client.close();
  });

  test("configs and partitions of a topic change in place", async () => {
    const topic = (value: string): ReturnType<typeof planFrom> =>
      planFrom(`kafka: { topics: { ${stage.name}.t: ${value} } }`);
    await stage.apply(topic("{ partitions: 1, replication: 1, retention: 7d, cleanup: compact }"));
    const next = topic("{ partitions: 4, replication: 1, retention: 3d, config: { segment.ms: 1000 } }");
    expect(await stage.apply(next)).toMatchObject({
      sent: { created: 0, changed: 1, removed: 0 },
      refused: [],
      failed: [],
    });
    expect(await stage.drift(next)).toMatchObject(nothingFound);
    const client = await kafkaClient();
    const found = (await client.topics()).find(({ name }) => name === `${stage.name}.t`);
    expect(found).toMatchObject({ config: { "retention.ms": "259200000", "segment.ms": "1000" } });
    await client.close();
  });
});

const typed = (type: string): ReturnType<typeof planFrom> =>
  stage.plan(
    `  exchanges: { e: { type: direct } }\n  queues:\n    q: { type: ${type}, bind: [{ exchange: e, key: k }] }\n    other: { type: classic }`,
  );

describe("what would cost messages", () => {
  test("is refused as a whole, and says how many messages are there", async () => {
    await stage.apply(typed("classic"));
    await publish(stage.name, "q", ["precious", "precious too"]);
    const more = stage.plan(`  queues: { q: { type: quorum }, another: { type: classic } }`);
    const result = await stage.apply(more);
    expect(result).toMatchObject({
      sent: { created: 0, changed: 0, removed: 0 },
      refused: [
        {
          key: stage.key("queue", "q"),
          option: "--replace",
          messages: 2,
          sentence: expect.stringMatching(/classic to quorum/),
        },
      ],
    });
    expect(await waiting(stage.name, "q")).toBe(2);
    expect(await waiting(stage.name, "another")).toBeUndefined();
  });

  test("is done for what was named, bindings included", async () => {
    await stage.apply(typed("classic"));
    await publish(stage.name, "q", ["gone"]);
    expect(await stage.apply(typed("quorum"), stage.key("queue", "q"))).toMatchObject({
      sent: { changed: 1 },
      refused: [],
      failed: [],
      unused: [],
    });
    expect(await stage.drift(typed("quorum"))).toMatchObject(nothingFound);
    expect(await waiting(stage.name, "q")).toBe(0);
  });

  test("of an exchange, brings its bindings back too", async () => {
    const kind = (type: string): ReturnType<typeof planFrom> =>
      stage.plan(
        `  exchanges: { e: { type: ${type} }, f: { type: fanout, bind: [{ exchange: e }] } }\n  queues: { q: { type: classic, bind: [{ exchange: e }] } }`,
      );
    await stage.apply(kind("fanout"));
    expect((await stage.apply(kind("topic"))).refused).toMatchObject([{ key: stage.key("exchange", "e") }]);
    expect(await stage.apply(kind("topic"), stage.key("exchange", "e"))).toMatchObject({
      refused: [],
      failed: [],
    });
    expect(await stage.drift(kind("topic"))).toMatchObject(nothingFound);
  });

  test("of a topic with fewer partitions", async () => {
    const topic = (partitions: number): ReturnType<typeof planFrom> =>
      planFrom(
        `kafka: { topics: { ${stage.name}.t: { partitions: ${partitions}, replication: 1, retention: 1d } } }`,
      );
    const key = `kafka/main/topic/${stage.name}.t`;
    await stage.apply(topic(3));
    expect((await stage.apply(topic(2))).refused).toMatchObject([{ key, option: "--replace" }]);
    expect(await stage.apply(topic(2), key)).toMatchObject({ sent: { changed: 1 }, refused: [], failed: [] });
    expect(await stage.drift(topic(2))).toMatchObject(nothingFound);
  });

  test("what nobody declares is left alone until it is named", async () => {
    await stage.apply(
      planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  exchanges: { e: { type: direct }, gone: { type: direct } }
  queues: { gone: { type: classic, bind: [{ exchange: e, key: "a/b #" }] }, kept: { type: classic, bind: [{ exchange: e, key: "x/y~%" }] } }
  policies: { gone: { pattern: ^gone$, definition: { max-length: 5 } } }
kafka: { topics: { ${stage.name}.gone: { partitions: 1, replication: 1 }, ${stage.name}.kept: { partitions: 1, replication: 1 } } }
`),
    );
    const rest = planFrom(`
rabbitmq: { vhost: ${stage.name}, vhosts: { ${stage.name}: {} }, exchanges: { e: { type: direct } }, queues: { kept: { type: classic } } }
kafka: { topics: { ${stage.name}.kept: { partitions: 1, replication: 1 } } }
`);
    const left = await stage.apply(rest);
    const keys = left.unmanaged.map(({ key }) => key);
    expect(left).toMatchObject({ ...nothingSent, unmanaged: expect.any(Array) });
    expect(keys.toSorted()).toEqual(
      [
        `kafka/main/topic/${stage.name}.gone`,
        stage.key("binding", "e", "queue", "gone", "a%2Fb #"),
        stage.key("binding", "e", "queue", "kept", "x%2Fy~%25"),
        stage.key("exchange", "gone"),
        stage.key("policy", "gone"),
        stage.key("queue", "gone"),
      ].toSorted(),
    );
    expect(await stage.apply(rest, ...keys, "no/such/key")).toMatchObject({
      sent: { created: 0, changed: 0, removed: 6 },
      refused: [],
      failed: [],
      unmanaged: [],
      unused: ["no/such/key"],
    });
    expect(await stage.drift(rest)).toMatchObject(nothingFound);
  });
});
