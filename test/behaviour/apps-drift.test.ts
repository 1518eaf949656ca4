import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KafkaClient } from "../../src/brokers/kafka.ts";
import type { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { kafkaClient, rabbitmqClient } from "../brokers/sandboxes.ts";
import { appsStage, type AppsStage, fine } from "./apps-stage.ts";

let stage: AppsStage;
let plan: Plan;
let rabbitmq: RabbitmqClient;
let kafka: KafkaClient;

const text = (placedBy: string): string => `
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  exchanges:
    orders: { type: topic }
  queues:
    orders.fulfil: { bind: [{ exchange: orders, key: order.created }] }
  apps:
    web: { publishes: [{ exchange: orders, keys: [order.*] }], password: "\${secret:WEB}" }
    warehouse: { consumes: [orders.fulfil], password: "\${secret:WAREHOUSE}" }
kafka:
  topics:
    ${stage.name}.placed:
      partitions: 2
      replication: 1
      retry: { retries: 1, delay: 10s }
      producers: [${placedBy}]
      consumers: { ${stage.name}.billing: { app: billing } }
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 1Mi, requestPercent: 12.5 } }
    billing: { password: "\${secret:BILLING}" }
`;
const keys = (objects: readonly { readonly key: string }[]): string[] => objects.map(({ key }) => key);

beforeAll(async () => {
  stage = appsStage();
  rabbitmq = rabbitmqClient();
  kafka = await kafkaClient();
  plan = stage.plan(text("web"));
  expect(await stage.apply(plan)).toMatchObject(fine);
});
afterAll(async () => {
  await kafka.close();
  rabbitmq.close();
  await stage.clear();
});

test("a second run sends nothing, and only passwords on Kafka are left unchecked", async () => {
  const again = await stage.apply(plan);
  expect(again).toMatchObject({ ...fine, sent: { created: 0, changed: 0, removed: 0 } });
  const found = await stage.drift(plan);
  expect(found).toMatchObject({ changed: [], missing: [], unmanaged: [] });
  expect(keys(found.unchecked).toSorted()).toEqual([
    `kafka/main/user/${stage.user("billing")}`,
    `kafka/main/user/${stage.user("web")}`,
  ]);
});

describe("drift finds what was changed by hand, and apply mends it", () => {
  test("on RabbitMQ", async () => {
    const { access } = rabbitmq;
    const web = stage.user("web");
    const hash = (await access.users()).find(({ name }) => name === web)?.password_hash;
    await access.putPermission({ user: web, vhost: stage.name, configure: "", write: ".*", read: ".*" });
    await access.putTopicPermission({
      user: web,
      vhost: stage.name,
      exchange: "amq.topic",
      write: ".*",
      read: ".*",
    });
    await access.retagUser(web, ["administrator"]);
    await access.deleteUser(stage.user("warehouse"));
    const found = await stage.drift(plan);
    expect(found.changed.map(({ key, fields }) => [key, fields.map(({ field }) => field)])).toEqual([
      [`rabbitmq/main/${stage.name}/permission/${web}`, ["configure", "read", "write"]],
      [`rabbitmq/main/${stage.name}/topic-permission/${web}`, ["rights"]],
      [`rabbitmq/main/user/${web}`, ["tags"]],
    ]);
    // With a user go its permissions.
    expect(keys(found.missing)).toEqual([
      `rabbitmq/main/${stage.name}/permission/${stage.user("warehouse")}`,
      `rabbitmq/main/user/${stage.user("warehouse")}`,
    ]);
    expect(await stage.apply(plan)).toMatchObject({ ...fine, sent: { created: 2, changed: 3, removed: 0 } });
    expect(await stage.drift(plan)).toMatchObject({ changed: [], missing: [], unmanaged: [] });
    const mended = (await access.users()).find(({ name }) => name === web);
    expect(mended).toMatchObject({ tags: [], password_hash: hash });
  });

  test("on Kafka", async () => {
    const { access } = kafka;
    const acls = (await access.acls()).filter(({ resourceName }) => resourceName.startsWith(stage.name));
    const write = acls.filter(
      ({ principal, operation, resourceName }) =>
        principal === `User:${stage.user("web")}` &&
        operation === "Write" &&
        resourceName === `${stage.name}.placed`,
    );
    expect(write).toHaveLength(1);
    expect(await access.deleteAcls(write)).toEqual([]);
    const stranger = { ...write[0]!, principal: `User:stranger-${stage.name}` };
    expect(
      await access.createAcls([stranger, { ...stranger, permission: "Deny", host: "10.0.0.1" }]),
    ).toEqual([]);
    await access.alterQuotas([
      { user: stage.user("web"), limits: { producer_byte_rate: 5, consumer_byte_rate: 7 } },
    ]);
    await access.deleteScramUsers([stage.user("billing")]);
    await expect
      .poll(async () => {
        const { changed, missing, unmanaged } = await stage.drift(plan);
        return { changed: keys(changed), missing: keys(missing), unmanaged: keys(unmanaged) };
      })
      .toEqual({
        changed: [`kafka/main/quota/${stage.user("web")}`],
        missing: [
          `kafka/main/acl/Topic/${stage.name}.placed/User:${stage.user("web")}/Write`,
          `kafka/main/user/${stage.user("billing")}`,
        ],
        unmanaged: [
          `kafka/main/acl/Topic/${stage.name}.placed/${stranger.principal}/Write`,
          expect.stringMatching(new RegExp(`/${stranger.principal}/Write~[0-9a-f]{8}$`)),
        ],
      });
    const strangers = keys((await stage.drift(plan)).unmanaged);
    expect(await stage.apply(plan, ...strangers)).toMatchObject({
      ...fine,
      sent: { created: 2, changed: 1, removed: 2 },
    });
    await expect.poll(() => stage.drift(plan)).toMatchObject({ changed: [], missing: [], unmanaged: [] });
    expect((await access.quotas()).find(({ user }) => user === stage.user("web"))?.limits).toEqual({
      producer_byte_rate: 1_048_576,
      request_percentage: 12.5,
    });
  });
});

test("an application that produces no longer is reported with what it still may do, and that is deleted by name", async () => {
  const next = stage.plan(text(""));
  const left = keys((await stage.drift(next)).unmanaged);
  expect(left).toEqual([
    `kafka/main/acl/Topic/${stage.name}.placed/User:${stage.user("web")}/Describe`,
    `kafka/main/acl/Topic/${stage.name}.placed/User:${stage.user("web")}/Write`,
  ]);
  expect(await stage.apply(next, ...left)).toMatchObject({ ...fine, sent: { removed: 2 } });
  await expect.poll(async () => (await stage.drift(next)).unmanaged).toEqual([]);
});

test("a secret that is not set stops the run before anything is written", async () => {
  const current = stage.plan(text(""));
  const extra = stage.plan(`${text("")}    extra: { password: "\${secret:NOT_SET}" }\n`);
  expect(extra.objects.length).toBe(current.objects.length + 1);
  await kafka.access.deleteScramUsers([stage.user("billing")]);
  const billing = [`kafka/main/user/${stage.user("billing")}`];
  await expect.poll(async () => keys((await stage.drift(current)).missing)).toEqual(billing);
  await expect(stage.apply(extra)).rejects.toThrow(/NOT_SET is not set/);
  expect(keys((await stage.drift(current)).missing)).toEqual(billing);
});
