import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKubernetesHttp } from "../../src/brokers/kubernetes-http.ts";
import type { KafkaState } from "../../src/sandbox/state.ts";
import { clientIn, type VhostClient } from "../behaviour/vhost-client.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";
import {
  available as hasKubernetes,
  clusterWith,
  note as kubernetesNote,
} from "../patterns/redis/cluster.ts";
import { Deployment, sandboxed, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { head } from "./shop.ts";
import { patternsOfKafka, patternsOfRabbitmq } from "./topologies.ts";

describe.skipIf(!engine).each(["4", "3.10"] as const)(
  `the patterns of RabbitMQ %s under pulumi up${note}`,
  (series) => {
    let clone: Deployment;
    let client: VhostClient;
    beforeAll(async () => {
      clone = new Deployment(sandboxed("rabbitmq"), patternsOfRabbitmq(series === "4" ? "4.0" : series));
      const { rabbitmq: broker } = await clone.start(["rabbitmq"], series);
      expect(await clone.create()).toEqual([]);
      client = await clientIn("work", broker!);
    });
    afterAll(async () => {
      await client?.close();
      await clone.remove();
    });

    const text = async (queue: string): Promise<string> => (await client.take(queue)).content.toString();

    test.each([
      ["a ladder of quorum queues", "ladder", "ladder.dlq"],
      ["a ladder of classic queues", "steps", "dead"],
    ])(
      "%s brings a rejected message back twice, and then it is a dead letter",
      async (_what, queue, dead) => {
        await client.publish("jobs", queue, "bad");
        await client.reject(queue, 3);
        expect(await text(dead)).toBe("bad");
        expect(await client.count(queue)).toBe(0);
      },
    );

    test("of a queue with priorities the higher one comes first", async () => {
      await client.publish("", "urgent", "low", { priority: 1 });
      await client.publish("", "urgent", "high", { priority: 4 });
      expect([await text("urgent"), await text("urgent")]).toEqual(["high", "low"]);
    });

    test("a question is answered through the queue for answers", async () => {
      await client.publish("price", "", "?", { replyTo: "price.reply.web", correlationId: "1" });
      const { properties } = await client.take("price");
      const { replyTo, correlationId } = properties as { replyTo: string; correlationId: string };
      await client.publish("", replyTo, "42", { correlationId });
      expect(await client.take("price.reply.web")).toMatchObject({ properties: { correlationId: "1" } });
    });

    test("one retry more is one tier more, and nothing is replaced", async () => {
      clone.change("retries: 2, backoff: exponential", "retries: 3, backoff: exponential");
      const steps = await clone.preview();
      expect(steps.filter(({ op, resource }) => op !== "create" && resource.includes(":Queue "))).toEqual([]);
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      await client.publish("jobs", "ladder", "bad");
      await client.reject("ladder", 4);
      expect(await text("ladder.dlq")).toBe("bad");
    });
  },
);

describe.skipIf(!engine)(`retries and dead letters of Kafka under pulumi up${note}`, () => {
  let clone: Deployment;
  let broker: KafkaState;
  beforeAll(async () => {
    clone = new Deployment(sandboxed("kafka"), patternsOfKafka);
    broker = (await clone.start(["kafka"])).kafka!;
  });
  afterAll(() => clone.remove());

  test("are topics of as many partitions, and a second run and a refresh find nothing", async () => {
    expect(await clone.create()).toEqual([]);
    const admin = await kafkaClient(broker);
    const topics = await admin.topics();
    await admin.close();
    expect(Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual({
      finished: 1,
      "finished.dlt": 1,
      orders: 3,
      "orders.dlt": 3,
      "orders.retry.10s": 3,
      "orders.retry.20s": 3,
      "orders.retry.40s": 3,
    });
  });

  test("one retry more is one topic more", async () => {
    clone.change("retries: 3", "retries: 4");
    expect((await clone.preview()).map(({ op }) => op)).toEqual(["create"]);
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
  });
});

const jobs = `${head}
redis:
  jobs:
    on: kubernetes
    memory: 512Mi
    storage: 8Gi
    namespace: shop
    createNamespace: true
    password: "\${secret:JOBS_PASSWORD}"
    queues:
      email:
        library: { name: bullmq, major: 6 }
        attempts: 3
        backoff: { type: exponential, delay: 1s }
        removeOnComplete: true
      report:
        library: { name: bull, major: 4 }
        attempts: 2
        backoff: { type: fixed, delay: 5m }
        schedules: { daily-report: { cron: "0 9 * * *", timezone: Asia/Seoul, data: { type: daily-report } } }
    idempotency: { keyPrefix: "processed:", ttl: 24h }
`;

describe.skipIf(!engine || !hasKubernetes)(
  `job queues on Kubernetes under pulumi up${note}${kubernetesNote}`,
  () => {
    let clone: Deployment;
    let kubeconfig: string;
    beforeAll(async () => {
      // Nothing can run Redis here, so what belongs inside of it is out of reach.
      const redis = "redis: { jobs: { endpoint: redis://127.0.0.1:6379, reach: none } }";
      clone = new Deployment(`${sandboxed("kubernetes")}, ${redis}`, jobs);
      kubeconfig = (await clone.start(["kubernetes"])).kubernetes!.kubeconfig;
    });
    afterAll(() => clone.remove());

    const settings = async (): Promise<string> => {
      const http = await openKubernetesHttp(clusterWith(kubeconfig));
      try {
        const path = "/api/v1/namespaces/shop/configmaps";
        return JSON.stringify(await http.call({ method: "GET", path, doing: "read the settings of queues" }));
      } finally {
        await http.close();
      }
    };

    test("are a ConfigMap beside Redis, and a second run and a refresh find nothing", async () => {
      expect(await clone.create({ JOBS_PASSWORD: "a-password-of-redis" })).toEqual([]);
      expect(await settings()).toContain("email");
    });

    test("more attempts change the ConfigMap in place and nothing else", async () => {
      clone.change("attempts: 3", "attempts: 7");
      expect(await clone.preview()).toEqual([
        { op: "update", resource: expect.stringContaining("kubernetes:core/v1:ConfigMap") },
      ]);
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      expect(await settings()).toMatch(/attempts\D+7/);
    });

    test("the password can't be read in what was said or kept", async () => {
      expect(await clone.placesOf("a-password-of-redis")).toEqual([]);
    });
  },
);
