import { expect, test } from "vitest";
import { provision } from "../../src/provision/provision.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Source } from "../../src/topology/mark.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { type Registration, run } from "./monitor.ts";
import { environment, lookup } from "./plans.ts";

const text = `
apiVersion: queueform/v1
domain: shop
rabbitmq:
  vhost: shop
  vhosts: { shop: {} }
  exchanges:
    orders: { type: topic }
  queues:
    fulfil: { bind: [{ exchange: orders, key: order.created }] }
  apps:
    web: { publishes: [{ exchange: orders, keys: [order.*] }], password: "\${secret:WEB}" }
    warehouse: { consumes: [fulfil], password: "\${secret:WAREHOUSE}" }
kafka:
  topics:
    placed: { partitions: 3, producers: [web], consumers: { billing: {} } }
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 1000, requestPercent: 0.5 } }
    billing: { password: "\${secret:BILLING}" }
`;

async function registered(): Promise<(name: string) => Registration> {
  const managed = environment({ rabbitmq: { access: "managed" }, kafka: { access: "managed" } });
  const source: Source = { path: "topology/shop.yaml", text };
  const value = parseYaml(source, ({ what }) => {
    throw new Error(what);
  })!;
  const plan = planOf(compile([{ source, domain: "shop", value }], managed));
  const { registered: all, failure } = await run(() => provision(plan, managed, lookup));
  if (failure) throw failure;
  return (name) => {
    const found = all.find((registration) => registration.name === name);
    if (!found) throw new Error(`${name} is not among ${all.map((one) => one.name).join(", ")}`);
    return found;
  };
}

test("RabbitMQ users: the password is a secret, and there are no tags", async () => {
  const { type, inputs, protect } = (await registered())("rabbitmq/main/user/web");
  expect(type).toBe("rabbitmq:index/user:User");
  expect(inputs).toEqual({ name: "web", password: { secret: "value of WEB" } });
  expect(protect).toBe(false);
});

test("RabbitMQ permissions: anchored, and made again when user or vhost are made again", async () => {
  const found = (await registered())("rabbitmq/main/shop/permission/web");
  expect(found).toMatchObject({
    type: "rabbitmq:index/permissions:Permissions",
    deleteBeforeReplace: true,
    inputs: {
      user: "web",
      vhost: "shop",
      permissions: { configure: "^$", write: "^(?:orders)$", read: "^$" },
    },
    propertyDependencies: { user: ["rabbitmq/main/user/web"], vhost: ["rabbitmq/main/shop/vhost"] },
  });
});

test("RabbitMQ topic permissions: one resource per user and vhost, none without an entry", async () => {
  const find = await registered();
  expect(find("rabbitmq/main/shop/topic-permission/web")).toMatchObject({
    type: "rabbitmq:index/topicPermissions:TopicPermissions",
    deleteBeforeReplace: true,
    inputs: {
      user: "web",
      vhost: "shop",
      permissions: [{ exchange: "orders", write: "^(?:order\\.[^.]*)$", read: "^$" }],
    },
    propertyDependencies: { user: ["rabbitmq/main/user/web"] },
  });
  expect(() => find("rabbitmq/main/shop/topic-permission/warehouse")).toThrow(/is not among/);
});

test("Kafka ACLs: in the words that the provider takes without checking them", async () => {
  const { type, inputs, dependencies } = (await registered())("kafka/main/acl/Topic/placed/User:web/Write");
  expect(type).toBe("kafka:index/acl:Acl");
  expect(inputs).toEqual({
    aclPrincipal: "User:web",
    aclHost: "*",
    aclOperation: "Write",
    aclPermissionType: "Allow",
    aclResourceType: "Topic",
    aclResourceName: "placed",
    resourcePatternTypeFilter: "Literal",
  });
  expect(dependencies).toEqual(expect.arrayContaining(["kafka/main/topic/placed", "kafka/main/user/web"]));
});

test("Kafka users: SCRAM-SHA-512 with a secret", async () => {
  const { type, inputs } = (await registered())("kafka/main/user/billing");
  expect(type).toBe("kafka:index/userScramCredential:UserScramCredential");
  expect(inputs).toEqual({
    username: "billing",
    scramMechanism: "SCRAM-SHA-512",
    password: { secret: "value of BILLING" },
  });
});

test("Kafka quotas: texts, fractions intact, and deleted before they are replaced, or the new one goes with the old", async () => {
  const found = (await registered())("kafka/main/quota/web");
  expect(found).toMatchObject({
    type: "kafka:index/quota:Quota",
    deleteBeforeReplace: true,
    inputs: {
      entityType: "user",
      entityName: "web",
      config: { producer_byte_rate: "1000", request_percentage: "0.5" },
    },
  });
});
