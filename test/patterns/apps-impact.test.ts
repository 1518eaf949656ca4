import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { type Change, changesBetween } from "../../src/review/changes.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";

const access = { access: "managed" } as const;
const environment = environmentOf({
  rabbitmq: { endpoint: "http://rabbitmq.example.com", ...access },
  kafka: { bootstrap: ["kafka.example.com:9092"], ...access },
});
const plan = (web: string, topic = "producers: [web]", quota = "{ producerBytes: 1000 }"): Plan =>
  planFrom(
    `
rabbitmq:
  vhost: shop
  exchanges: { orders: { type: topic }, audit: { type: fanout } }
  apps:
    web: { ${web}, password: "\${secret:WEB}" }
kafka:
  topics:
    placed: { partitions: 3, ${topic} }
  apps:
    web: { password: "\${secret:WEB}"${quota === "" ? "" : `, quota: ${quota}`} }
`,
    environment,
  );
const before = plan("publishes: [orders]");
const changes = (after: Plan): Pick<Change, "kind" | "operation" | "impact">[] =>
  changesBetween(before.objects, after.objects)
    // Who produces is also written down beside the topic.
    .filter(({ impact }) => impact !== "documentation")
    .map(({ kind, operation, impact }) => ({ kind, operation, impact }));

describe("what a change of rights does", () => {
  test.each<[string, Plan, string, Change["operation"], Change["impact"]]>([
    ["more exchanges", plan("publishes: [orders, audit]"), "rabbitmq-permission", "change", "safe"],
    ["fewer exchanges", plan("publishes: []"), "rabbitmq-permission", "change", "outage"],
    ["another exchange instead", plan("publishes: [audit]"), "rabbitmq-permission", "change", "outage"],
    [
      "only some keys",
      plan("publishes: [{ exchange: orders, keys: [a] }]"),
      "rabbitmq-topic-permission",
      "add",
      "outage",
    ],
    [
      "a higher quota",
      plan("publishes: [orders]", undefined, "{ producerBytes: 2000 }"),
      "kafka-quota",
      "change",
      "safe",
    ],
    [
      "a lower quota",
      plan("publishes: [orders]", undefined, "{ producerBytes: 500 }"),
      "kafka-quota",
      "change",
      "disruption",
    ],
    [
      "one more quota",
      plan("publishes: [orders]", undefined, "{ producerBytes: 1000, consumerBytes: 5 }"),
      "kafka-quota",
      "change",
      "disruption",
    ],
    ["no quota", plan("publishes: [orders]", undefined, ""), "kafka-quota", "remove", "safe"],
  ])("%s", (_what, after, kind, operation, impact) => {
    expect(changes(after)).toEqual([{ kind, operation, impact }]);
  });

  test("an ACL more may shut out everybody who has none", () => {
    const [change] = changesBetween(
      before.objects,
      plan("publishes: [orders]", "producers: [web], consumers: { web: {} }").objects,
    );
    expect(change).toMatchObject({ kind: "kafka-acl", operation: "add", impact: "outage" });
    expect(change?.sentence).toMatch(/the first one on group "web" shuts out everybody who has none/);
  });

  test("an ACL less, and a user less, is an outage", () => {
    expect(changes(plan("publishes: [orders]", "key: userId"))).toEqual([
      { kind: "kafka-acl", operation: "remove", impact: "outage" },
      { kind: "kafka-acl", operation: "remove", impact: "outage" },
    ]);
    const gone = changesBetween(before.objects, []).filter(({ kind }) => kind.endsWith("-user"));
    expect(gone.map(({ impact }) => impact)).toEqual(["outage", "outage"]);
  });
});
