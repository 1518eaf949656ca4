import { expect, test } from "vitest";
import { imported } from "../../src/kinds/imported.generated.ts";
import { resources } from "../../src/kinds/resources.generated.ts";
import type { OwnWords } from "../../src/live/connection.ts";
import type { Observation } from "../../src/live/observe.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Plan, PlanObject } from "../../src/plan/plan.ts";
import { provision } from "../../src/provision/provision.ts";
import { renderTakeover } from "../../src/report/takeover.ts";
import { plain } from "../../src/report/style.ts";
import { importFile, isProtected } from "../../src/stack/import-file.ts";
import { takeoverOf } from "../../src/stack/takeover.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { run } from "./monitor.ts";
import { environment, lookup } from "./plans.ts";
import { head } from "./shop.ts";
import { patternsOfKafka, patternsOfRabbitmq, usersOfKafka, usersOfRabbitmq } from "./topologies.ts";

const managed = environment({ rabbitmq: { access: "managed" }, kafka: { access: "managed" } });
const jobs = `${head}redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;

const everyKind = planOf(
  compile(
    [usersOfRabbitmq("4.0"), patternsOfRabbitmq("4.0"), usersOfKafka, patternsOfKafka, jobs].map(
      (text, index) => {
        const source = { path: `${index}.yaml`, text };
        return { source, domain: "shop", value: parseYaml(source, ({ what }) => expect.fail(what))! };
      },
    ),
    managed,
  ),
);

const object = (kind: string, key: string, spec: PlanObject["spec"]): PlanObject => ({
  kind,
  key,
  cluster: "main",
  spec,
  dependsOn: [],
});

/** Everything is there, and as it is declared. */
const asDeclared = ({ objects }: Plan): Observation => ({
  objects,
  unchecked: [],
  operatorPolicies: [],
  clusters: [],
});

/** What RabbitMQ calls bindings, and what it has stored of queues. */
const words = new Map<string, OwnWords>(
  everyKind.objects.map(({ key, spec }) => [key, { properties_key: "~hash", arguments: spec["arguments"] }]),
);

/** What becomes of one object that is there. */
function only(
  kind: string,
  spec: PlanObject["spec"],
  own: OwnWords = { properties_key: "key" },
): { readonly id?: string; readonly op?: string; readonly why?: string } {
  const plan = { objects: [object(kind, "it", spec)] };
  const { found, shown } = takeoverOf(plan, asDeclared(plan), new Map([["it", own]]));
  return {
    ...(found[0] && { id: found[0].id }),
    ...(shown[0] && { op: shown[0].op, why: shown[0].why }),
  };
}

test("every kind that Pulumi has a resource for can be imported, or says why it can't", () => {
  expect(Object.keys(imported)).toEqual(Object.keys(resources));
  const used = new Set(everyKind.objects.map(({ kind }) => kind));
  expect(Object.keys(imported).filter((kind) => !used.has(kind))).toEqual([]);
});

test("an import file has the types, names, providers and protection that the program registers", async () => {
  const { registered, failure } = await run(() => provision(everyKind, managed, lookup));
  if (failure) throw failure;
  const { found, shown } = takeoverOf(everyKind, asDeclared(everyKind), words);
  const { resources: listed, nameTable } = importFile(found, "queueform", "dev");
  const known = new Map(registered.map((one) => [one.name, one]));
  expect(listed.length).toBeGreaterThan(90);
  expect(Object.values(nameTable).toSorted()).toEqual(
    registered
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ type, name }) => `urn:pulumi:dev::queueform::${type}::${name}`)
      .toSorted(),
  );
  for (const [index, { type, name, provider }] of listed.entries()) {
    expect({ type, provider, protect: isProtected(found[index]!.object) }).toEqual({
      type: known.get(name)?.type,
      provider: known.get(name)?.provider.split("::").at(-1),
      protect: known.get(name)?.protect,
    });
  }
  // What is in neither list would be created without a word.
  const told = new Set([...found, ...shown].map(({ object: { key } }) => key));
  expect(registered.filter(({ type, name }) => !type.startsWith("pulumi:") && !told.has(name))).toEqual([]);
});

test("ids: vhosts of bindings are encoded and nothing else is, because the provider decodes nothing else", () => {
  const name = "ü 1%+&=";
  expect(only("rabbitmq-queue", { name: "a/b", vhost: name }).id).toBe(`a/b@${name}`);
  const binding = {
    vhost: "a/b%c é",
    source: name,
    destination: name,
    destinationType: "queue",
    arguments: {},
  };
  expect(only("rabbitmq-binding", binding, { properties_key: "a%2Fb.%23" }).id).toBe(
    `a%2Fb%25c é/${name}/${name}/queue/a%2Fb.%23`,
  );
});

test.each([
  ["rabbitmq-queue", { name: "a@b", vhost: "v" }],
  ["rabbitmq-exchange", { name: "a", vhost: "a@b" }],
  ["rabbitmq-permission", { user: "a@b", vhost: "v" }],
  ["rabbitmq-binding", { vhost: "v", source: "x", destination: "a/b", arguments: {} }],
])("a %s whose id the provider could not read back is left out, and said to fail", (kind, spec) => {
  const { id, op, why } = only(kind, spec);
  expect([id, op]).toEqual([undefined, "create"]);
  expect(why).toMatch(/"a[@/]b" holds [@/].*would fail/);
});

test("a user may have an @, because nothing takes that id apart", () => {
  expect(only("rabbitmq-user", { name: "a@b" })).toMatchObject({ id: "a@b", op: "update" });
});

test.each([
  [
    "kafka-acl",
    {
      principal: "User:a|b",
      host: "*",
      operation: "Read",
      permission: "Allow",
      resourceType: "Topic",
      resourceName: "t",
      patternType: "Literal",
    },
  ],
  ["kafka-user", { name: "a|b", mechanism: "SCRAM-SHA-512" }],
])("a %s with a | is left out", (kind, spec) => {
  expect(only(kind, spec)).toMatchObject({ op: "create", why: expect.stringContaining('a|b" holds |') });
  expect(only(kind, spec)).not.toHaveProperty("id");
});

test("a binding with a number among its arguments is left out: imported, it would be replaced", () => {
  const binding = (values: PlanObject["spec"]) =>
    only("rabbitmq-binding", {
      vhost: "v",
      source: "x",
      destination: "q",
      destinationType: "queue",
      arguments: values,
    });
  expect(binding({ kind: "a" })).toEqual({ id: "v/x/q/queue/key" });
  expect(binding({ kind: "a", size: 3 })).toMatchObject({
    op: "create",
    why: expect.stringContaining("not all texts"),
  });
});

test("a queue that is stored without its type, or with one that the files don't say, is said to be replaced", () => {
  const typed = { arguments: { "x-queue-type": "classic" } };
  const queue = { vhost: "v", name: "q" };
  expect(only("rabbitmq-queue", { ...queue, ...typed }, typed)).toEqual({ id: "q@v" });
  expect(only("rabbitmq-queue", { ...queue, arguments: {} }, { arguments: {} })).toEqual({ id: "q@v" });
  expect(only("rabbitmq-queue", { ...queue, ...typed }, { arguments: {} })).toMatchObject({
    op: "replace",
    why: expect.stringContaining("Write type: implicit."),
  });
  expect(only("rabbitmq-queue", { ...queue, arguments: {} }, typed)).toMatchObject({
    op: "replace",
    why: expect.stringContaining("Write type: classic."),
  });
});

test("a topic whose policies Kafka has in another order is said to be updated", () => {
  const topic = { name: "t", config: { "cleanup.policy": "compact,delete" } };
  expect(only("kafka-topic", topic, { config: { "cleanup.policy": "compact,delete" } })).toEqual({ id: "t" });
  expect(only("kafka-topic", topic, { config: { "cleanup.policy": "delete,compact" } })).toMatchObject({
    op: "update",
  });
});

test("what is missing, differs or was not looked for is said so, and only what is there is in the file", () => {
  const plan = {
    objects: [
      object("kafka-topic", "kafka/main/topic/a", {
        name: "a",
        partitions: 1,
        replicationFactor: 1,
        config: {},
      }),
      object("kafka-topic", "kafka/main/topic/b", {
        name: "b",
        partitions: 3,
        replicationFactor: 1,
        config: {},
      }),
      object("rabbitmq-vhost", "rabbitmq/main/v/vhost", { name: "v", description: "" }),
    ],
  };
  const b = { ...plan.objects[1]!, spec: { ...plan.objects[1]!.spec, partitions: 6 } };
  const takeover = takeoverOf(
    plan,
    {
      objects: [b],
      unchecked: [],
      operatorPolicies: [],
      clusters: [
        { broker: "kafka", cluster: "main", state: "read", declared: 2 },
        { broker: "rabbitmq", cluster: "main", state: "skipped", reason: "It is far away.", declared: 1 },
      ],
    },
    new Map(),
  );
  expect(takeover.found.map(({ id }) => id)).toEqual(["b"]);
  expect(takeover.shown.map(({ op, exists, object: { key } }) => ({ key, op, exists }))).toEqual([
    { key: "kafka/main/topic/a", op: "create", exists: false },
    { key: "kafka/main/topic/b", op: "replace", exists: true },
    { key: "rabbitmq/main/v/vhost", op: "create", exists: undefined },
  ]);
  const text = renderTakeover(takeover, plain);
  expect(text).toMatch(
    /^replace {2}It differs from the files\..*\n {4}kafka\/main\/topic\/b\n {6}partitions: 6 → 3\n/,
  );
  expect(text).toContain("It is far away.");
});

test("what whoever runs the broker sets of a vhost shows in no preview", () => {
  const vhost = object("rabbitmq-vhost", "it", { name: "v", description: "" });
  const theirs = { ...vhost, spec: { name: "v", description: "theirs", maxQueues: 9 } };
  const cluster = { broker: "rabbitmq", cluster: "main", state: "read", declared: 1 } as const;
  const observation = { ...asDeclared({ objects: [theirs] }), clusters: [cluster] };
  expect(takeoverOf({ objects: [vhost] }, observation, new Map())).toMatchObject({
    found: [{ id: "v" }],
    shown: [],
  });
});
