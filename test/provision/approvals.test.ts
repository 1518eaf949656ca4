import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Producer, stringSerializers } from "@platformatic/kafka";
import type { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { publish, purge } from "../brokers/amqp.ts";
import { rabbitmqClient } from "../brokers/sandboxes.ts";
import { Clone, engine, note } from "./engine.ts";

const head = "apiVersion: queueform/v1\ndomain: shop\nowner: team\n";
const old = "    old: { type: quorum, bind: [{ exchange: orders, key: old }] }\n";
const shop = `${head}rabbitmq:
  vhost: shop
  vhosts: { shop: {} }
  exchanges:
    orders: { type: topic }
  queues:
    fulfil: { type: quorum, bind: [{ exchange: orders, key: order.created }] }
    kept: { type: quorum, bind: [{ exchange: orders, key: kept }], limit: { messages: 100 } }
`;
const topics = `${head}kafka:
  topics:
    placed: { partitions: 3, replication: 1, retention: 7d }
    kept: { partitions: 1, replication: 1 }
`;
const oldTopic = "    old: { partitions: 1, replication: 1 }\n";

const up = ["up", "--yes", "--stack=dev"];

class Project extends Clone {
  constructor(broker: string, text: string) {
    super();
    this.write(
      "stacks/Pulumi.dev.yaml",
      `config:\n  queueform:environment:\n    engine: pulumi\n    clusters: { ${broker}: { main: "\${sandbox:${broker}}" } }\n`,
    );
    this.files(text);
  }

  files(text: string): void {
    this.write("topology/shop.yaml", text);
  }

  approvals(change: (text: string) => string): void {
    const path = "topology/approvals.yaml";
    this.write(path, change(readFileSync(join(this.directory, path), "utf8")));
  }

  release(): ReturnType<Clone["runQueueform"]> {
    return this.runQueueform(["release", "--env", "dev"]);
  }

  async protectedKeys(): Promise<string[]> {
    const { deployment } = JSON.parse(await this.pulumi(["stack", "export", "--stack=dev"])) as {
      deployment: { resources: { urn: string; protect?: boolean }[] };
    };
    return deployment.resources
      .flatMap(({ urn, protect }) => (protect ? [urn.split("::").slice(3).join("::")] : []))
      .toSorted();
  }
}

const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
const expired = (text: string): string => text.replaceAll(/expires: .*/g, `expires: ${yesterday}`);

describe.skipIf(!engine)(`approvals on RabbitMQ${note}`, () => {
  let project: Project;
  let broker: RabbitmqState;
  let client: RabbitmqClient;
  const typeOf = async (queue: string): Promise<unknown> =>
    (await client.definitions("shop"))?.queues?.find(({ name }) => name === queue)?.arguments["x-queue-type"];
  beforeAll(async () => {
    project = new Project("rabbitmq", shop + old);
    broker = (await project.start(["rabbitmq"])).rabbitmq!;
    client = rabbitmqClient(broker);
    await project.pulumi(["stack", "init", "dev"]);
    await project.pulumi(up);
    await project.commit();
    project.files(shop.replace("type: quorum", "type: classic"));
  });
  afterAll(async () => {
    client.close();
    await project.remove();
  });

  test("without them: diff says what is needed, the gate stops it, and nothing happens", async () => {
    const { code, output } = await project.runQueueform(["diff", "--env", "dev"]);
    expect(code).toBe(1);
    expect(output).toContain("2 changes to be approved before pulumi up");
    const gate = await project.gate();
    expect(gate.code).toBe(1);
    expect(gate.stdout).toContain("STOPPED   delete rabbitmq/main/shop/queue/old");
    expect(gate.stdout).toContain("STOPPED   replace rabbitmq/main/shop/queue/fulfil");
    expect(gate.stdout).toContain("Along with it go rabbitmq/main/shop/binding/orders/queue/old/old");
    expect(gate.stdout).not.toContain("STOPPED   delete rabbitmq/main/shop/binding");
    await project.refused(up);
    expect([await typeOf("fulfil"), await typeOf("old")]).toEqual(["quorum", "quorum"]);
  });

  test("the gate prints the entries that diff prints", async () => {
    await project.approve();
    const { stdout } = await project.runQueueform(["gate", "preview.json", "--env", "dev"]);
    const prints = readFileSync(join(project.directory, "topology/approvals.yaml"), "utf8").match(
      /fingerprint: .*/g,
    );
    expect(prints).toHaveLength(2);
    expect(stdout).toContain("It is approved and still protected. Run queueform release --env dev");
    expect(stdout).not.toContain("No approval names it");
  });

  test("an expired one lets nothing through", async () => {
    project.approvals(expired);
    const { code, output } = await project.release();
    expect(code).toBe(1);
    expect(output).toContain(`expired on ${yesterday}`);
    const gate = await project.gate();
    expect(gate.code).toBe(1);
    expect(gate.stdout).toContain(`Its approval expired on ${yesterday}.`);
    await project.refused(up);
    await project.approve();
  });

  test("a change that has grown is another change", async () => {
    const bound = "bind: [{ exchange: orders, key: order.created }, { exchange: orders, key: more }]";
    const grown = shop.replace("type: quorum", "type: classic, arguments: { x-max-priority: 5 }");
    project.files(grown.replace("bind: [{ exchange: orders, key: order.created }]", bound));
    const { code, output } = await project.runQueueform(["validate"]);
    expect(code).toBe(1);
    expect(output).toMatch(/approvals\.yaml:\d+:\d+ {2}error {2}approval-stale/);
    expect(await project.refused(up)).toContain("approval-stale");
    project.files(shop.replace("type: quorum", "type: classic"));
  });

  test("release keeps a queue that holds messages", async () => {
    await publish("shop", "old", ["precious"], broker);
    const { code, output } = await project.release();
    expect(code).toBe(1);
    expect(output).toContain("kept      rabbitmq/main/shop/queue/old: It holds 1 message.");
    expect(await project.protectedKeys()).toContain("rabbitmq/main/shop/queue/old");
    await purge("shop", "old", broker);
  });

  test("release, preview, gate and up do exactly what was approved", async () => {
    const before = await project.protectedKeys();
    const { code, output } = await project.release();
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("queueform gate preview.json --env dev");
    expect(await project.protectedKeys()).toEqual(
      before.filter((key) => key !== "rabbitmq/main/shop/queue/old"),
    );
    const gate = await project.gate();
    expect({ code: gate.code, output: gate.output }).toMatchObject({ code: 0 });
    expect(gate.stdout).toContain("approved  delete rabbitmq/main/shop/queue/old");
    expect(gate.stdout).toContain("nobody uses it");
    await project.pulumi(up);
    expect([await typeOf("fulfil"), await typeOf("old")]).toEqual(["classic", undefined]);
    expect(await project.drift()).toEqual([]);
  });

  test("once used they are reported, and everything is protected again by the next up", async () => {
    const gate = await project.gate();
    expect(gate.code).toBe(0);
    expect(gate.output.match(/has nothing to do here/g)).toHaveLength(2);
    expect((await project.release()).output).toContain("has nothing to do here");
    await project.pulumi(up);
    expect(await project.protectedKeys()).toContain("rabbitmq/main/shop/queue/fulfil");
    expect(await project.differences()).toEqual([]);
  });

  test("an object of the same name can't be made again as long as the old approval is there", async () => {
    project.files(shop.replace("type: quorum", "type: classic") + old);
    expect((await project.runQueueform(["validate"])).output).toContain("approval-stale");
    expect(await project.refused(up)).toContain("approval-stale");
    expect(await typeOf("old")).toBeUndefined();
    project.files(shop.replace("type: quorum", "type: classic"));
  });

  test("the gate stops what drift adds to the plan", async () => {
    await client.deleteQueue("shop", "kept");
    await client.importDefinitions("shop", {
      queues: [{ name: "kept", durable: true, auto_delete: false, arguments: { "x-queue-type": "classic" } }],
    });
    expect((await project.gate()).code).toBe(0);
    const gate = await project.gate("--refresh");
    expect(gate.code).toBe(1);
    expect(gate.stdout).toContain("STOPPED   replace rabbitmq/main/shop/queue/kept");
    await client.deleteQueue("shop", "kept");
    await project.pulumi([...up, "--refresh"]);
  });

  test("a vhost goes when all that is protected in it is approved as well", async () => {
    await project.commit();
    project.files(head);
    await project.approve();
    expect((await project.release()).code).toBe(0);
    expect(await project.protectedKeys()).toEqual([]);
    const gate = await project.gate();
    expect({ code: gate.code, output: gate.output }).toMatchObject({ code: 0 });
    await project.pulumi(up);
    expect(await client.definitions("shop")).toBeUndefined();
  });
});

describe.skipIf(!engine)(`approvals on Kafka${note}`, () => {
  let project: Project;
  let bootstrap: string[];
  beforeAll(async () => {
    project = new Project("kafka", topics + oldTopic);
    bootstrap = [...(await project.start(["kafka"])).kafka!.bootstrap];
    await project.pulumi(["stack", "init", "dev"]);
    await project.pulumi(up);
    await project.commit();
    project.files(topics.replace("partitions: 3", "partitions: 2"));
    await project.approve();
  });
  afterAll(() => project.remove());

  test("release keeps a topic that holds records, unless that is approved as well", async () => {
    const producer = new Producer({
      clientId: "test",
      bootstrapBrokers: bootstrap,
      serializers: stringSerializers,
    });
    await producer.send({ messages: [{ topic: "old", key: "1", value: "precious" }] });
    await producer.close();
    const kept = await project.release();
    expect(kept.code).toBe(1);
    expect(kept.output).toContain("kept      kafka/main/topic/old: It holds 1 message.");
    project.approvals((text) =>
      text.replace("operation: delete", "operation: delete\n    evenIfNotEmpty: true"),
    );
    expect((await project.release()).output).toContain("released  kafka/main/topic/old");
  });

  test("a smaller topic and one less are what is approved, and all that happens", async () => {
    expect((await project.gate()).code).toBe(0);
    await project.pulumi(up);
    await project.pulumi(up);
    expect(await project.protectedKeys()).toEqual(["kafka/main/topic/kept", "kafka/main/topic/placed"]);
    expect(await project.drift()).toEqual([]);
  });
});
