import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { publish, waiting } from "../brokers/amqp.ts";
import { available as hasKubernetes, note as kubernetesNote } from "../patterns/redis/cluster.ts";
import { Deployment, sandboxed, up, upRefused } from "./deployment.ts";
import { Clone, engine, note, type Step } from "./engine.ts";
import { head } from "./shop.ts";

const queues = `
  queues:
    fulfil:
      type: quorum
      bind: [{ exchange: orders, key: order.created }, { exchange: lookup, match: any, headers: { kind: a, size: 3 } }]
      deadLetter: { queue: parked }
      limit: { messages: 100000, overflow: reject-publish }
    parked: {}
    elsewhere: {}
    urgent: { type: classic, arguments: { x-max-priority: 5 }, bind: [{ exchange: amq.topic, key: urgent }] }
`;
const rabbitmq = `
rabbitmq:
  vhost: shop
  vhosts: { shop: {} }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    lookup: { type: headers, bind: [{ exchange: orders, key: "#" }] }
  policies:
    history: { pattern: "^history$", definition: { max-age: 7D } }
`;
const history = "    history: { type: stream, bind: [{ exchange: unrouted }] }\n";
const kafka = `
kafka:
  topics:
    placed: { partitions: 3, replication: 1, retention: 7d, config: { min.cleanable.dirty.ratio: 0.25 } }
    plain: { partitions: 1, replication: 1 }
`;
const redis = `
redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;

describe.skipIf(!engine).each(["4", "3.10"] as const)(
  `pulumi up on an empty RabbitMQ %s${note}`,
  (series) => {
    let clone: Deployment;
    let broker: RabbitmqState;
    beforeAll(async () => {
      clone = new Deployment(sandboxed("rabbitmq"), head + rabbitmq + queues + history);
      broker = (await clone.start(["rabbitmq"], series)).rabbitmq!;
    });
    afterAll(() => clone.remove());

    const messages = (): Promise<number | undefined> => waiting("shop", "fulfil", broker);
    const isQueue = ({ resource }: Step): boolean => resource.startsWith("rabbitmq:index/queue:Queue");

    test("creates the plan, and a second run and a refresh find nothing", async () => {
      expect(await clone.create()).toEqual([]);
      await publish("shop", "fulfil", ["precious"], broker);
    });

    test("a queue that moves to another file changes nothing", async () => {
      clone.change(history, "");
      clone.write("topology/history.yaml", `${head}rabbitmq:\n  vhost: shop\n  queues:\n${history}`);
      expect(await clone.preview()).toEqual([]);
      clone.write("topology/history.yaml", head);
      clone.restore();
    });

    test("a queue whose type changes is not replaced", async () => {
      clone.change("type: quorum", "type: classic");
      expect(await clone.refused(up)).toContain(upRefused);
      expect(await messages()).toBe(1);
    });

    test("a queue that disappears from the files is not deleted", async () => {
      clone.change("    elsewhere: {}\n", "");
      expect(await clone.refused(up)).toContain("protect");
      clone.restore();
      expect(await clone.drift()).toEqual([]);
    });

    test("destroy takes nothing", async () => {
      await clone.refused(["destroy", "--yes", "--stack=dev"]);
      expect(await clone.drift()).toEqual([]);
    });

    test("another limit and another place for dead letters replace no queue", async () => {
      const before = "deadLetter: { queue: parked }\n      limit: { messages: 100000,";
      clone.change(before, "deadLetter: { queue: elsewhere }\n      limit: { messages: 5,");
      const steps = await clone.preview();
      expect(steps.length).toBeGreaterThan(0);
      expect(steps.filter(isQueue)).toEqual([]);
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      expect(await messages()).toBe(1);
    });

    test("a replaced exchange replaces its bindings and no queue", async () => {
      await clone.commit();
      clone.change("orders: { type: topic,", "orders: { type: direct,");
      await clone.approve();
      const replaced = (await clone.preview()).filter(({ op }) => op.includes("replace"));
      expect(replaced.map(({ resource }) => resource)).toContain(
        "rabbitmq:index/exchange:Exchange rabbitmq/main/shop/exchange/orders",
      );
      expect(replaced.filter(isQueue)).toEqual([]);
    });

    test("a queue that may be replaced is, and has its bindings again", async () => {
      clone.restore();
      await clone.commit();
      clone.change("type: quorum", "type: classic");
      await clone.approve();
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      expect(await messages()).toBe(0);
    });
  },
);

describe.skipIf(!engine)(`pulumi up on an empty Kafka${note}`, () => {
  let clone: Deployment;
  beforeAll(async () => {
    clone = new Deployment(sandboxed("kafka"), head + kafka);
    await clone.start(["kafka"]);
  });
  afterAll(() => clone.remove());

  test("creates the plan, and a second run and a refresh find nothing", async () => {
    expect(await clone.create()).toEqual([]);
  });

  test("fewer partitions don't replace the topic", async () => {
    clone.change("partitions: 3", "partitions: 2");
    expect(await clone.refused(up)).toContain(upRefused);
    clone.restore();
    expect(await clone.drift()).toEqual([]);
  });

  test("more partitions, another config and one config less change it in place", async () => {
    clone.change(
      "partitions: 3, replication: 1, retention: 7d, config: { min.cleanable.dirty.ratio: 0.25 }",
      "partitions: 4, replication: 1, retention: 1d",
    );
    expect((await clone.preview()).map(({ op }) => op)).toEqual(["update"]);
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
  });
});

describe.skipIf(!engine || !hasKubernetes)(`pulumi up on an empty Kubernetes${note}${kubernetesNote}`, () => {
  let clone: Deployment;
  beforeAll(async () => {
    clone = new Deployment(sandboxed("kubernetes"), head + redis);
    await clone.start(["kubernetes"]);
  });
  afterAll(() => clone.remove());

  test("creates the plan, and a second run and a refresh find nothing", async () => {
    expect(await clone.create()).toEqual([]);
  });

  test("another size of memory changes redis.conf and the pod in place", async () => {
    clone.change("memory: 512Mi", "memory: 256Mi");
    const steps = await clone.preview();
    expect(steps.map(({ op }) => op)).toEqual(["update", "update"]);
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
  });

  test("another size of the volume doesn't replace the StatefulSet", async () => {
    clone.change("storage: 8Gi", "storage: 9Gi");
    expect(await clone.refused(up)).toContain(upRefused);
  });

  test("a StatefulSet that may be replaced is, without meeting the old one", async () => {
    clone.restore();
    await clone.commit();
    clone.change("storage: 8Gi", "storage: 9Gi");
    await clone.approve();
    expect((await clone.gate()).code).toBe(0);
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
  });
});

describe.skipIf(!engine)(
  `the README's first commands, on the shop that comes with the project${note}`,
  () => {
    let clone: Clone;
    beforeAll(() => {
      clone = new Clone(["topology", "stacks", "README.md"]);
    });
    afterAll(() => clone.remove());

    test("create the plan, and a second run and a refresh find nothing", async () => {
      await clone.firstCommands();
      expect(await clone.differences()).toEqual([]);
    });
  },
);
