import { expect, test } from "vitest";
import { kinds } from "../../src/kinds/definitions.generated.ts";
import { states } from "../../src/kinds/states.generated.ts";
import { cascadeIn, closure } from "../../src/review/cascade.ts";
import { planFrom } from "./plans.ts";
import { head, registered, shop } from "./shop.ts";

const redis = `${head}redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;

test.each([
  ["RabbitMQ and Kafka", shop],
  ["Kubernetes", redis],
])("what is protected on %s can be read back from what is registered", async (_what, text) => {
  const { named } = await registered(text);
  const guarded = planFrom({ "shop.yaml": text }).objects.filter(({ kind, spec }) =>
    kinds[kind]?.protects(spec),
  );
  expect(guarded.length).toBeGreaterThan(1);
  for (const { kind, key, spec } of guarded) {
    const { type, inputs } = named(key);
    const [found] = Object.entries(states).filter(([, { isType }]) => isType(type));
    expect(found?.[0]).toBe(kind);
    // Pulumi knows a vhost by its name alone.
    const known = kind === "rabbitmq-vhost" ? { name: spec["name"], description: "" } : spec;
    expect(found?.[1].specOf(inputs, {})).toEqual(known);
  }
});

test("what the review says goes along is what Pulumi wires together", async () => {
  const { all } = await registered();
  const cascade = cascadeIn(planFrom({ "shop.yaml": shop }).objects);
  const wired = closure(
    all.flatMap(({ name, propertyDependencies }) =>
      Object.values(propertyDependencies)
        .flat()
        .map((on): [string, string] => [on, name]),
    ),
  );
  const objects = all.filter(({ type }) => !type.startsWith("pulumi:"));
  expect(objects.some(({ name }) => wired(name).size > 0)).toBe(true);
  for (const { name } of objects) expect([name, cascade(name)]).toEqual([name, wired(name)]);
});

test("a queue is what the provider read of it: after a refresh the inputs lack arguments that have another form", () => {
  const settings = { durable: true, autoDelete: false };
  const inputs = { vhost: "v", name: "q", settings: { ...settings, arguments: {} } };
  const outputs = { settings: { ...settings, arguments: {}, argumentsJson: '{"x-expires":1000}' } };
  expect(states["rabbitmq-queue"]?.specOf(inputs, outputs)).toMatchObject({
    arguments: { "x-expires": 1000 },
  });
});
