import { afterAll, beforeAll, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { rabbitmqClient } from "../brokers/sandboxes.ts";
import { appsStage, type AppsStage, fine } from "./apps-stage.ts";

let stage: AppsStage;
/** The topology without its applications. */
let without: Plan;
/** What the applications leave behind. */
let left: string[];

const topology = (queue: string, rabbitmqApps: string, topic: string, kafkaApps: string): Plan =>
  stage.plan(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  exchanges: { orders: { type: topic } }
  queues: { orders.fulfil: { ${queue} } }
  ${rabbitmqApps}
kafka:
  topics: { ${stage.name}.placed: { partitions: 1, replication: 1, ${topic} } }
  ${kafkaApps}
`);
const unmanaged = async (...of: Parameters<AppsStage["drift"]>): Promise<string[]> =>
  (await stage.drift(...of)).unmanaged.map(({ key }) => key);

beforeAll(async () => {
  stage = appsStage();
  const { name, user } = stage;
  const plan = topology(
    "consumers: { app: warehouse }",
    'apps: { warehouse: { password: "${secret:WAREHOUSE}" }, web: { publishes: [{ exchange: orders, keys: [order.*] }], password: "${secret:WEB}" } }',
    `producers: [web], consumers: { ${name}.billing: { app: billing } }`,
    'apps: { web: { password: "${secret:WEB}", quota: { producerBytes: 1Mi } }, billing: { password: "${secret:BILLING}" } }',
  );
  without = topology("", "", "", "");
  const topic = `kafka/main/acl/Topic/${name}.placed/User:`;
  left = [
    `kafka/main/acl/Group/${name}.billing/User:${user("billing")}/Read`,
    `${topic}${user("billing")}/Describe`,
    `${topic}${user("billing")}/Read`,
    `${topic}${user("web")}/Describe`,
    `${topic}${user("web")}/Write`,
    `kafka/main/quota/${user("web")}`,
    `kafka/main/user/${user("billing")}`,
    `kafka/main/user/${user("web")}`,
    `rabbitmq/main/${name}/permission/${user("warehouse")}`,
    `rabbitmq/main/${name}/permission/${user("web")}`,
    `rabbitmq/main/${name}/topic-permission/${user("web")}`,
    `rabbitmq/main/user/${user("warehouse")}`,
    `rabbitmq/main/user/${user("web")}`,
  ];
  expect(await stage.apply(plan)).toMatchObject(fine);
  const client = rabbitmqClient();
  const { access } = client;
  // Neither a person nor who uses another vhost is one of these applications.
  await access.putUser(user("person"), "x", ["monitoring"]);
  await access.putUser(user("elsewhere"), "x", []);
  await access.putPermission({ user: user("elsewhere"), vhost: "/", configure: "", write: "", read: "" });
  client.close();
});
afterAll(() => stage.clear());

test("users, rights and quotas are reported when the last application is gone from the files", async () => {
  await expect.poll(() => unmanaged(without)).toEqual(left);
  const { changed, missing, unchecked } = await stage.drift(without);
  expect({ changed, missing, unchecked }).toEqual({ changed: [], missing: [], unchecked: [] });
});

test("none of that is where the stack file does not manage access", async () => {
  expect(await unmanaged(without, { access: "none" })).toEqual([]);
  expect(await unmanaged(without, {})).toEqual([]);
});

test("they are told from other people's by the names that applications have", async () => {
  expect(await unmanaged(without, { access: "managed" })).toEqual(left);
  expect(await unmanaged(without, { access: "managed", principal: "other-{app}" })).toEqual(
    left.filter((key) => /permission/.test(key)),
  );
});

test("where the files share a cluster with others, names of applications are needed to tell", async () => {
  const shared = { ...without, owns: [`rabbitmq/main/${stage.name}/`, "kafka/main/"].map(claim("none")) };
  expect(await unmanaged(shared)).toEqual(left);
  expect(await unmanaged(shared, { access: "managed" })).toEqual([]);
});

test("--prune takes none of them away, whatever names the files claim", async () => {
  const claimed = { ...without, owns: ["rabbitmq/main/", "kafka/main/"].map(claim(`*${stage.name}*`)) };
  expect(await stage.prune(claimed)).toMatchObject({ ...fine, sent: { removed: 0 } });
  expect(await unmanaged(claimed)).toEqual(left);
});

test("all of them are deleted by name", async () => {
  expect(await stage.apply(without, ...left)).toMatchObject({ ...fine, sent: { removed: left.length } });
  await expect.poll(() => unmanaged(without)).toEqual([]);
});

const claim =
  (name: string) =>
  (place: string): { place: string; names: string[] } => ({ place, names: [name] });
