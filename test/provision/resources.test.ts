import { expect, test } from "vitest";
import { head, provisioned, registered } from "./shop.ts";

const queueType = "rabbitmq:index/queue:Queue";
const providerTypes = /^pulumi:providers:/;

test("autonaming: every resource says its broker name, except bindings, which have none", async () => {
  const { all } = await registered();
  const named = all.filter(
    ({ type }) => !providerTypes.test(type) && type !== "rabbitmq:index/binding:Binding",
  );
  expect(named.map(({ inputs }) => inputs["name"]).toSorted()).toEqual([
    "bare",
    "fulfil",
    "fulfil.dlq",
    "fulfil.dlx",
    "lookup",
    "numbered",
    "orders",
    "placed",
    "plain",
    expect.stringMatching(/^queueform-/),
    "shop",
    "unrouted",
  ]);
});

test("default providers: every resource names the provider of its own cluster", async () => {
  const { all } = await registered();
  for (const { type, provider } of all.filter((one) => !providerTypes.test(one.type))) {
    expect(provider).toBe(`${type.split(":")[0]}/main`);
  }
});

test("vhost: nothing but its name is sent, which is all that the provider knows", async () => {
  const { named } = await registered();
  const { type, inputs, version } = named("rabbitmq/main/shop/vhost");
  expect(type).toBe("rabbitmq:index/vHost:VHost");
  expect(inputs).toEqual({ name: "shop" });
  expect(version).toBe(named("rabbitmq/main/shop/queue/fulfil").version);
});

test.each([
  ["none", "rabbitmq/main/shop/exchange/lookup", undefined, undefined],
  ["texts only", "rabbitmq/main/shop/exchange/orders", { "alternate-exchange": "unrouted" }, undefined],
  [
    "texts only",
    "rabbitmq/main/shop/queue/fulfil",
    { "x-dead-letter-exchange": "fulfil.dlx", "x-queue-type": "quorum" },
    undefined,
  ],
  ["a type nobody wrote", "rabbitmq/main/shop/queue/plain", { "x-queue-type": "classic" }, undefined],
  [
    "a number among them",
    "rabbitmq/main/shop/queue/numbered",
    undefined,
    '{"x-dead-letter-exchange":"orders","x-max-priority":5,"x-queue-type":"quorum"}',
  ],
])("canonical arguments: %s (%s)", async (_what, name, texts, json) => {
  const { named } = await registered();
  const settings = named(name).inputs["settings"] as Record<string, unknown>;
  expect(settings["arguments"]).toEqual(texts);
  expect(settings["argumentsJson"]).toBe(json);
  expect(settings).toMatchObject({ durable: expect.any(Boolean), autoDelete: false });
});

test("canonical arguments of bindings: none is nothing, texts are a map, the rest is JSON", async () => {
  const { ofType } = await registered();
  const bindings = ofType("rabbitmq:index/binding:Binding").map(({ inputs }) => inputs);
  const between = (source: string, destination: string) =>
    bindings.find((inputs) => inputs["source"] === source && inputs["destination"] === destination);
  expect(Object.keys(between("orders", "fulfil")!)).not.toContain("arguments");
  expect(Object.keys(between("orders", "fulfil")!)).not.toContain("argumentsJson");
  expect(between("lookup", "fulfil")).toMatchObject({ arguments: { kind: "a", "x-match": "all" } });
  expect(between("lookup", "plain")).toMatchObject({
    argumentsJson: '{"kind":"a","size":3,"x-match":"any"}',
  });
});

test("numbers in untyped maps: policy values and topic configs are texts, fractions intact", async () => {
  const { ofType, named } = await registered();
  const [policy] = ofType("rabbitmq:index/policy:Policy");
  expect(policy?.inputs["policy"]).toMatchObject({
    definition: { "max-length": "100000", overflow: "reject-publish" },
    priority: 1,
  });
  expect(named("kafka/main/topic/placed").inputs).toEqual({
    name: "placed",
    partitions: 3,
    replicationFactor: 1,
    config: { "min.cleanable.dirty.ratio": "0.5", preallocate: "true", "retention.ms": "604800000" },
  });
});

test("output wiring: a binding depends on what it joins through its inputs, so a replaced queue gets its bindings back", async () => {
  const { named } = await registered();
  expect(
    named("rabbitmq/main/shop/binding/orders/queue/fulfil/order.created").propertyDependencies,
  ).toMatchObject({
    vhost: ["rabbitmq/main/shop/vhost"],
    source: ["rabbitmq/main/shop/exchange/orders"],
    destination: ["rabbitmq/main/shop/queue/fulfil"],
  });
  expect(named("rabbitmq/main/shop/queue/fulfil").propertyDependencies).toMatchObject({
    vhost: ["rabbitmq/main/shop/vhost"],
  });
});

test("output wiring: what is not declared is named by a plain text", async () => {
  const { named } = await registered();
  const { inputs, propertyDependencies } = named("rabbitmq/main/shop/binding/amq.topic/queue/fulfil/x");
  expect(inputs["source"]).toBe("amq.topic");
  expect(propertyDependencies["source"] ?? []).toEqual([]);
});

test("cascade: no queue and no exchange depends through its inputs on an exchange, or replacing one would replace the other", async () => {
  const { all, named } = await registered();
  const holders = all.filter(({ type }) => type === queueType || type === "rabbitmq:index/exchange:Exchange");
  const throughInputs = holders.flatMap(({ propertyDependencies }) =>
    Object.values(propertyDependencies).flat(),
  );
  expect(new Set(throughInputs)).toEqual(new Set(["rabbitmq/main/shop/vhost"]));
  // It still has to be there first.
  expect(named("rabbitmq/main/shop/exchange/orders").dependencies).toContain(
    "rabbitmq/main/shop/exchange/unrouted",
  );
});

test("alternates in a circle are registered all the same", async () => {
  const circle = `${head}
rabbitmq:
  exchanges: { a: { type: fanout, alternate: b }, b: { type: fanout, alternate: a } }
`;
  const { ofType } = await registered(circle);
  expect(ofType("rabbitmq:index/exchange:Exchange")).toHaveLength(2);
});

test("deleteBeforeReplace: on bindings, whose new twin would be deleted with the old one", async () => {
  const { ofType } = await registered();
  const bindings = ofType("rabbitmq:index/binding:Binding");
  expect(bindings).toHaveLength(5);
  for (const { deleteBeforeReplace } of bindings) expect(deleteBeforeReplace).toBe(true);
});

test("exchange settings: any change is a replacement, which the provider of the SDK's version takes for an update", async () => {
  const { named } = await registered();
  const { replaceOnChanges, deleteBeforeReplace } = named("rabbitmq/main/shop/exchange/orders");
  expect({ replaceOnChanges, deleteBeforeReplace }).toEqual({
    replaceOnChanges: ["settings"],
    deleteBeforeReplace: true,
  });
});

test("logical names: a queue that moves to another file and domain keeps everything", async () => {
  const orders = `${head}\nrabbitmq: { vhost: shop, exchanges: { orders: { type: topic } } }\n`;
  const queues = "{ fulfil: { bind: [{ exchange: orders, key: k }], deadLetter: true, ttl: 5m } }";
  const other = orders
    .replace("domain: shop", "domain: other")
    .replace(/exchanges:.*/, `queues: ${queues} }`);
  const moved = await provisioned({ "a.yaml": orders, "b.yaml": other });
  const together = orders.replace("exchanges:", `queues: ${queues}, exchanges:`);
  const before = await provisioned({ "a.yaml": together });
  expect(before.registered.length).toBeGreaterThan(5);
  expect(moved).toEqual(before);
});

test("order: whatever the plan's order, what others need comes first", async () => {
  const { all } = await registered();
  const position = new Map(all.map(({ name }, index) => [name, index]));
  for (const { name, dependencies } of all) {
    for (const needed of dependencies)
      expect(position.get(needed), `${needed} before ${name}`).toBeLessThan(position.get(name)!);
  }
});

test("1,000 objects are registered without a stack trace each, and stack traces are back afterwards", async () => {
  const queues = Array.from(
    { length: 500 },
    (_, index) => `    q${index}: { bind: [{ exchange: e, key: k }] }`,
  );
  const many = `${head}rabbitmq:\n  exchanges: { e: { type: direct } }\n  queues:\n${queues.join("\n")}\n`;
  const before = Error.stackTraceLimit;
  const { all } = await registered(many);
  expect(all).toHaveLength(1002);
  expect(Error.stackTraceLimit).toBe(before);
});
