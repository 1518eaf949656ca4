import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/environment/environment.ts";
import { keysExpression } from "../../src/patterns/apps/topic-keys.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { rule as duplicates } from "../../src/rules/duplicate-declaration.ts";
import type { TopologyFile } from "../../src/topology/file.ts";
import type { Source } from "../../src/topology/mark.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { topicMatches } from "../../src/routing/topic.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";

const managed = (principal?: string): Environment => {
  const access = { access: "managed" as const, ...(principal !== undefined && { principal }) };
  return environmentOf({
    rabbitmq: { endpoint: "http://rabbitmq.example.com", ...access },
    kafka: { bootstrap: ["kafka.example.com:9092"], ...access },
  });
};
const rights = /user|permission|acl|quota/;
const made = (text: string, environment?: Environment): PlanObject[] =>
  planFrom(text, environment).objects.filter(({ kind }) => rights.test(kind));
const specs = (text: string, environment = managed()) =>
  Object.fromEntries(made(text, environment).map(({ key, spec }) => [key, spec]));
const nothing = "^$";

const shop = (apps: string): string => `
rabbitmq:
  vhost: shop
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    a+b: { type: fanout }
  queues:
    fulfil: { bind: [{ exchange: orders, key: order.created }], deadLetter: true }
    cancel: { bind: [{ exchange: orders, key: "order.*" }], consumers: { app: warehouse } }
  requestReply:
    price: { responder: pricing, requesters: [web], timeout: 5s, replies: queue }
  apps:
${apps}`;

describe("RabbitMQ: the least that an application can do with", () => {
  test("without access: managed, and without a stack file, nothing is made", () => {
    const text = shop('    web: { publishes: [orders], password: "${secret:WEB}" }');
    expect(made(text)).toEqual([]);
    expect(made(text, environmentOf({ rabbitmq: { endpoint: "http://x" } }))).toEqual([]);
  });

  test("publishing is to write to exchanges, consuming is to read queues, and nothing is to configure", () => {
    const found = specs(
      shop(`
    web: { publishes: [orders, a+b], password: "\${secret:WEB}" }
    warehouse: { consumes: [fulfil], password: "\${secret:WAREHOUSE}" }
    pricing: { password: "\${secret:PRICING}" }
    idle: { password: "\${secret:IDLE}" }`),
    );
    const permission = (user: string, write: string, read: string) => ({
      [`rabbitmq/main/shop/permission/${user}`]: { user, vhost: "shop", configure: nothing, write, read },
    });
    const user = (name: string) => ({
      [`rabbitmq/main/user/${name}`]: { name, tags: [], password: `\${secret:${name.toUpperCase()}}` },
    });
    expect(found).toEqual({
      ...user("web"),
      ...permission("web", "^(?:a\\+b|orders|price)$", "^(?:price\\.reply\\.web)$"),
      ...user("warehouse"),
      ...permission("warehouse", nothing, "^(?:cancel|fulfil)$"),
      ...user("pricing"),
      ...permission("pricing", "^(?:amq\\.default)$", "^(?:price)$"),
      ...user("idle"),
      ...permission("idle", nothing, nothing),
    });
  });

  test("who declares actively may also do what declaring and binding take", () => {
    const found = specs(
      shop(
        '    web: { publishes: [{ exchange: orders, keys: [order.created] }], consumes: [fulfil], declares: active, password: "${secret:WEB}" }\n    warehouse: { password: "${secret:X}" }\n    pricing: { password: "${secret:X}" }',
      ),
    );
    expect(found["rabbitmq/main/shop/permission/web"]).toMatchObject({
      configure: "^(?:fulfil|orders|price|price\\.reply\\.web)$",
      write: "^(?:fulfil|fulfil\\.dlx|orders|price|unrouted)$",
      read: "^(?:fulfil|orders|price\\.reply\\.web)$",
    });
    expect(found["rabbitmq/main/shop/topic-permission/web"]).toMatchObject({
      rights: [{ exchange: "orders", write: "^(?:order\\.created)$", read: "^(?:order\\.created)$" }],
    });
  });

  test("an exchange named with keys here and without keys there takes any key", () => {
    const found = made(
      shop('    web: { publishes: [{ exchange: orders, keys: [a] }, orders], password: "${secret:WEB}" }'),
      managed(),
    );
    expect(found.filter(({ kind }) => kind === "rabbitmq-topic-permission")).toEqual([]);
  });

  test("users are called what the stack file says, and permissions depend on them", () => {
    const found = made(shop('    web: { password: "${secret:WEB}" }'), managed("{app}-prod"));
    expect(found.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([
      ["rabbitmq/main/shop/permission/web-prod", ["rabbitmq/main/user/web-prod"]],
      ["rabbitmq/main/user/web-prod", []],
    ]);
  });

  test("no plan holds a secret", () => {
    expect(JSON.stringify(specs(shop('    web: { password: "${secret:WEB}" }')))).toContain("${secret:WEB}");
  });
});

describe("several files that say something of one application", () => {
  const file = (path: string, domain: string, apps: string): TopologyFile => {
    const source: Source = {
      path,
      text: `apiVersion: queueform/v1\ndomain: ${domain}\nrabbitmq:\n  exchanges: { ${domain}: { type: fanout } }\n  apps: ${apps}\n`,
    };
    const value = parseYaml(source, ({ what }) => {
      throw new Error(what);
    })!;
    return { source, domain, value };
  };
  const orders = file("a.yaml", "orders", '{ web: { publishes: [orders], password: "${secret:WEB}" } }');

  test("make one user with all of it", () => {
    const emails = file("b.yaml", "emails", "{ web: { publishes: [emails] } }");
    const model = compile([orders, emails], managed());
    expect(planOf(model).objects.filter(({ kind }) => rights.test(kind))).toMatchObject([
      { key: "rabbitmq/main/%2F/permission/web", spec: { write: "^(?:emails|orders)$" } },
      { key: "rabbitmq/main/user/web", spec: { password: "${secret:WEB}" } },
    ]);
  });

  test("contradict each other when they name two passwords", () => {
    const emails = file("b.yaml", "emails", '{ web: { publishes: [emails], password: "${secret:OTHER}" } }');
    const found: string[] = [];
    duplicates.check(compile([orders, emails], managed()), ({ mark }) => found.push(mark.source.path));
    expect(found).toEqual(["b.yaml"]);
  });
});

test("the expression for keys takes exactly the keys that a binding with these patterns would", () => {
  const word = fc.constantFrom("a", "b", "", "a+", "*", "#");
  const key = fc.array(fc.constantFrom("a", "b", "", "a+"), { maxLength: 5 }).map((words) => words.join("."));
  const pattern = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join("."));
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), key, (patterns, one) => {
      const wanted = patterns.some((candidate) => topicMatches(candidate, one));
      expect(new RegExp(keysExpression(patterns)).test(one)).toBe(wanted);
    }),
    { numRuns: 5000 },
  );
});

const topics = (rest = "", apps = ""): string => `
kafka:
  topics:
    placed:
      partitions: 3
      producers: [web]
      consumers: { billing: { instances: { min: 1, max: 3 }, maxLag: 100 }, my-group: { app: search } }
${rest}
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 1Mi, requestPercent: 12.5 } }
    billing: { password: "\${secret:BILLING}" }
    search: { password: "\${secret:SEARCH}" }
${apps}`;
const acls = (objects: readonly PlanObject[]): string[] =>
  objects.filter(({ kind }) => kind === "kafka-acl").map(({ key }) => key.replace("kafka/main/acl/", ""));

describe("Kafka: the least that an application can do with", () => {
  test("producers write, consumers read the topic and their group, nobody does anything else", () => {
    expect(acls(made(topics(), managed()))).toEqual([
      "Group/billing/User:billing/Read",
      "Group/my-group/User:search/Read",
      "Topic/placed/User:billing/Describe",
      "Topic/placed/User:billing/Read",
      "Topic/placed/User:search/Describe",
      "Topic/placed/User:search/Read",
      "Topic/placed/User:web/Describe",
      "Topic/placed/User:web/Write",
    ]);
  });

  test("consumers of a topic with retries write to the topics beside it, and read those where records wait", () => {
    const text = topics("      retry: { retries: 3, delay: 10s, maxDelay: 20s }");
    expect(acls(made(text, managed())).filter((acl) => /placed\..*billing/.test(acl))).toEqual([
      "Topic/placed.dlt/User:billing/Describe",
      "Topic/placed.dlt/User:billing/Write",
      ...["10s", "20s"].flatMap((delay) =>
        ["Describe", "Read", "Write"].map((deed) => `Topic/placed.retry.${delay}/User:billing/${deed}`),
      ),
    ]);
  });

  test("an application gets a user, and a quota when it has one", () => {
    const found = specs(topics());
    expect(found["kafka/main/user/web"]).toEqual({
      name: "web",
      mechanism: "SCRAM-SHA-512",
      password: "${secret:WEB}",
    });
    expect(found["kafka/main/quota/web"]).toEqual({
      user: "web",
      limits: { producer_byte_rate: 1_048_576, request_percentage: 12.5 },
    });
    expect(found["kafka/main/quota/billing"]).toBeUndefined();
  });

  test("where applications log in with certificates there are no users, and rights name the certificate", () => {
    const found = made(topics(), managed("CN={app},O=Shop"));
    expect(found.filter(({ kind }) => kind === "kafka-user")).toEqual([]);
    expect(acls(found)).toContain("Topic/placed/User:CN=web,O=Shop/Write");
    expect(found.map(({ key }) => key)).toContain("kafka/main/quota/CN=web,O=Shop");
  });

  test("without access: managed nothing is made, and who consumes travels beside the topic all the same", () => {
    const { objects } = planFrom(topics());
    expect(objects.map(({ key }) => key)).toEqual(["kafka/main/topic/placed"]);
    expect(objects[0]).toMatchObject({
      operations: {
        producers: ["web"],
        consumers: {
          billing: { app: "billing", instances: { min: 1, max: 3 }, maxLag: 100 },
          "my-group": { app: "search" },
        },
      },
    });
  });
});
