import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KafkaClient } from "../../src/brokers/kafka.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { publish, waiting } from "../brokers/amqp.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";
import { until } from "../kinds/job-queues/stage.ts";
import { type Call, managementOf } from "../live/tampering/by-hand.ts";
import { sandboxed, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { head } from "./shop.ts";
import { staying, Tampered } from "./tampered.ts";

const secrets = { WEB: "a-password-of-web" };
const app = (keys: string): string =>
  `{ publishes: [{ exchange: orders, keys: ["${keys}"] }], password: "\${secret:WEB}" }`;
const shop = `${head}
rabbitmq:
  vhost: shop
  vhosts: { shop: {} }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    former: { type: fanout }
    hidden: { type: fanout }
    odd: { type: fanout }
    retyped: { type: fanout }
  queues:
    whole: { type: classic, bind: [{ exchange: orders, key: whole }, { exchange: former }] }
    former: { type: classic, bind: [{ exchange: orders, key: former }] }
    anew: { type: classic, bind: [{ exchange: orders, key: anew }] }
    numbered: { type: classic, arguments: { x-max-priority: 5 } }
    limited: { deadLetter: true, limit: { messages: 1000, overflow: reject-publish } }
    shadowed: { limit: { messages: 2000, overflow: reject-publish } }
  policies:
    ours: { pattern: "^odd$", applyTo: exchanges, priority: 3, definition: { alternate-exchange: unrouted } }
    former: { pattern: "^hidden$", applyTo: exchanges, definition: { alternate-exchange: unrouted } }
  apps: { web: ${app("order.*")}, former: ${app("a")}, tagged: ${app("b")}, other: ${app("c")} }
kafka:
  topics:
    kept: { partitions: 1, replication: 1, retention: 7d, producers: [web], config: { max.message.bytes: 200000 } }
    former: { partitions: 1, replication: 1 }
    narrow: { partitions: 2, replication: 1 }
    wide: { partitions: 1, replication: 1 }
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 1048576 } }
    former: { password: "\${secret:WEB}", quota: { producerBytes: 1048576 } }
`;

const queue = (more: JsonObject = {}): object => ({
  durable: true,
  arguments: { "x-queue-type": "classic", ...more },
});
const policy = (pattern: string, definition: JsonObject): object => ({ pattern, definition, priority: 9 });
const password = secrets.WEB;

/** By hand on RabbitMQ; % is the vhost. */
const calls: readonly (readonly [...Parameters<Call>])[] = [
  // Under Pulumi that is the affair of whoever runs the broker.
  ["PUT", "vhosts/%", { description: "theirs" }],
  ["DELETE", "exchanges/%/former"],
  ["DELETE", "exchanges/%/hidden"],
  ["PUT", "exchanges/%/hidden", { type: "fanout", durable: true, internal: true }],
  ["DELETE", "exchanges/%/odd"],
  ["PUT", "exchanges/%/odd", { type: "direct", durable: true, arguments: { "x-odd": 1 } }],
  ["DELETE", "queues/%/former"],
  ["DELETE", "queues/%/anew"],
  ["PUT", "queues/%/anew", queue()],
  ["DELETE", "bindings/%/e/orders/q/whole/whole"],
  ["POST", "bindings/%/e/limited.dlx/q/whole", {}],
  ["PUT", "policies/%/ours", policy("^x$", { "alternate-exchange": "odd" })],
  ["DELETE", "policies/%/former"],
  ["PUT", "policies/%/theirs", policy("^shadowed$", { "max-length": 1 })],
  ["DELETE", "users/former"],
  ["PUT", "users/tagged", { password, tags: "administrator" }],
  ["PUT", "users/other", { password: "theirs", tags: "" }],
  ["PUT", "permissions/%/web", { configure: ".*", write: ".*", read: ".*" }],
  ["PUT", "topic-permissions/%/web", { exchange: "odd", write: ".*", read: "" }],
  ["DELETE", "permissions/%/tagged"],
  ["DELETE", "topic-permissions/%/tagged"],
];

async function tamperWithKafka(kafka: KafkaClient): Promise<void> {
  const config = { "retention.ms": "5000", "segment.ms": "60000" };
  await kafka.alterConfigs([{ topic: "kept", set: config, reset: ["max.message.bytes"] }]);
  await kafka.deleteTopics(["former", "narrow"]);
  await until(async () => (await kafka.topics()).every(({ name }) => !["former", "narrow"].includes(name)));
  await kafka.createTopics([{ name: "narrow", partitions: 1, replicationFactor: 1, config: {} }]);
  const acl = (await kafka.access.acls()).find(({ operation }) => operation === "Write");
  await kafka.access.deleteAcls(acl ? [acl] : []);
  await kafka.access.alterQuotas([
    { user: "web", limits: { producer_byte_rate: 5, consumer_byte_rate: 5 } },
    { user: "former", limits: { producer_byte_rate: undefined } },
  ]);
  await kafka.access.deleteScramUsers(["former"]);
}

/** What holds or routes something is made anew with other settings. */
async function tamperWithProtected(call: Call, kafka: KafkaClient): Promise<void> {
  await call("DELETE", "queues/%/numbered");
  await call("PUT", "queues/%/numbered", queue({ "x-max-priority": 6 }));
  // Not even the arguments that it had are in Pulumi's memory after a refresh: one more is no text.
  await call("DELETE", "queues/%/whole");
  await call("PUT", "queues/%/whole", queue({ "x-expires": 9_000_000 }));
  await call("DELETE", "exchanges/%/retyped");
  await call("PUT", "exchanges/%/retyped", { type: "direct", durable: true });
  await kafka.createPartitions([{ topic: "wide", count: 2 }]);
}

describe.skipIf(!engine)(`what drift says of pulumi up is what it does, on RabbitMQ and Kafka${note}`, () => {
  const clone = new Tampered(
    `${sandboxed("rabbitmq", "access: managed")}, ${sandboxed("kafka", "access: managed")}`,
    shop,
  );
  let broker: RabbitmqState;
  let kafka: KafkaClient;
  let call: Call;
  beforeAll(async () => {
    const { rabbitmq, kafka: state } = await clone.start(["rabbitmq", "kafka"]);
    broker = rabbitmq!;
    expect(await clone.create(secrets)).toEqual([]);
    kafka = await kafkaClient(state);
    call = managementOf(broker, "shop");
  });
  afterAll(async () => {
    await kafka?.close();
    await clone.remove();
  });

  test("what it may do: a bare up leaves all of it, and the printed commands put right what was said", async () => {
    for (const one of calls) await call(...one);
    await tamperWithKafka(kafka);
    const said = await clone.outcomes();
    expect(said).toEqual({
      "acl/Topic/kept/User:web/Write": "creates",
      "quota/former": "creates",
      "quota/web": "sets-back",
      "shop/binding/former/queue/whole/": "creates",
      "shop/binding/limited.dlx/queue/whole/": "nothing",
      "shop/binding/orders/queue/anew/anew": "creates",
      "shop/binding/orders/queue/former/former": "creates",
      "shop/binding/orders/queue/whole/whole": "creates",
      "shop/exchange/former": "creates",
      "shop/exchange/hidden": "unseen",
      "shop/exchange/odd": "unseen",
      "shop/permission/former": "creates",
      "shop/permission/tagged": "creates",
      "shop/permission/web": "sets-back",
      "shop/policy/former": "creates",
      "shop/policy/ours": "sets-back",
      "shop/queue/former": "creates",
      "shop/queue/shadowed": "nothing",
      "shop/topic-permission/former": "creates",
      "shop/topic-permission/tagged": "creates",
      "shop/topic-permission/web": "sets-back",
      "topic/former": "creates",
      "topic/kept": "sets-back",
      "topic/narrow": "sets-back",
      "user/former": "creates",
      "user/other": "unseen",
      "user/tagged": "sets-back",
    });
    await clone.pulumi(up);
    expect(await clone.outcomes()).toEqual(said);
    await clone.repair();
    await expect.poll(() => clone.outcomes(), { timeout: 60_000 }).toEqual(staying(said));
    expect((await clone.document()).repair).toEqual([]);
  });

  test("what is protected: nothing at all happens, and approved it is made anew with the loss that was said", async () => {
    await call("DELETE", "exchanges/%/former");
    await tamperWithProtected(call, kafka);
    for (const name of ["whole", "anew"]) await publish("shop", name, ["precious"], broker);
    const said = await clone.outcomes();
    expect(Object.keys(said).filter((key) => said[key] === "refused")).toEqual([
      "topic/wide",
      "shop/exchange/retyped",
      "shop/queue/numbered",
      "shop/queue/whole",
    ]);
    expect(await clone.refused([...up, "--refresh"])).toContain("protect");
    expect(await clone.outcomes()).toEqual(said);
    const { stdout } = await clone.gate("--refresh");
    const entries = stdout.split("topology/approvals.yaml:\n")[1] ?? "";
    clone.write("topology/approvals.yaml", `approvals:\n${entries.replaceAll(/TODO.*(?=")/g, "seen")}`);
    await clone.repair();
    await expect
      .poll(async () => Object.values(await clone.outcomes()).toSorted(), { timeout: 60_000 })
      .toEqual(["nothing", "unseen", "unseen", "unseen"]);
    expect(await waiting("shop", "whole", broker)).toBe(0);
    expect(await waiting("shop", "anew", broker)).toBe(1);
  });

  test("what exists and Pulumi does not remember: up fails, and the printed commands take it over", async () => {
    for (const name of ["hidden", "odd"]) {
      await call("DELETE", `exchanges/%/${name}`);
      await call("PUT", `exchanges/%/${name}`, { type: "fanout", durable: true });
    }
    const urn = "urn:pulumi:dev::queueform::kafka:index/topic:Topic::kafka/main/topic/wide";
    await clone.pulumi(["state", "delete", urn, "--force", "--yes", "--stack=dev"]);
    expect((await clone.document()).state?.unknown).toEqual(["kafka/main/topic/wide"]);
    expect(await clone.refused(up)).toContain("already exists");
    await clone.repair();
    expect((await clone.document()).state?.unknown).toEqual([]);
    await clone.pulumi([...up, "--expect-no-changes"]);
  });
});
