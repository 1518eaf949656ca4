import { expect, test } from "vitest";
import { canBeSaid, outcomeOf, outcomeOfMissing } from "../../src/live/outcome.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { changesBetween } from "../../src/review/changes.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { environment } from "../provision/plans.ts";

const object = (kind: string, spec: JsonObject): PlanObject => ({
  kind,
  key: "it",
  cluster: "main",
  spec,
  dependsOn: [],
});

/** What Pulumi does where the broker has `living` and the files say `wanted`. */
function outcome(kind: string, living: JsonObject, wanted: JsonObject): string | undefined {
  const [change] = changesBetween([object(kind, living)], [object(kind, wanted)]);
  return change && outcomeOf(change, environment()).what;
}

const exchange = { vhost: "v", name: "e", type: "fanout", durable: true, autoDelete: false, arguments: {} };
const odd = { ...exchange, arguments: { "x-odd": 1 } };
const service = (spec: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "n" },
  spec,
});
const configMap = (data: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "n" },
  data,
});

// test/provision/engine-drift*.test.ts hold the same against Pulumi itself.
test.each([
  ["an exchange of another type", "rabbitmq-exchange", { ...exchange, type: "topic" }, exchange, "refused"],
  ["an internal exchange", "rabbitmq-exchange", { ...exchange, internal: true }, exchange, "unseen"],
  ["an exchange with a number", "rabbitmq-exchange", odd, exchange, "unseen"],
  ["another type, with a number", "rabbitmq-exchange", { ...odd, type: "topic" }, exchange, "unseen"],
  ["another value", "kubernetes-object", configMap({ a: "x" }), configMap({ a: "y" }), "sets-back"],
  ["one more value", "kubernetes-object", configMap({ a: "y", b: "x" }), configMap({ a: "y" }), "unseen"],
  [
    "another address",
    "kubernetes-object",
    service({ clusterIP: "1.2.3.4" }),
    service({ clusterIP: "None" }),
    "replaces",
  ],
])("%s", (_what, kind, living, wanted, expected) => {
  expect(outcome(kind, living, wanted)).toBe(expected);
});

test.each([
  [undefined, "deletes"],
  [true, "deletes"],
  [false, "nothing"],
])("what newer objects replace goes only if Pulumi remembers it (%s)", (isInState, expected) => {
  const [change] = changesBetween([object("rabbitmq-exchange", exchange)], []);
  expect(change && outcomeOf(change, environment(), isInState).what).toBe(expected);
});

test("only what holds messages is said to come back empty", () => {
  const queue = { vhost: "v", name: "q", durable: true, autoDelete: false, arguments: {} };
  const sentence = (kind: string, spec: JsonObject): string =>
    outcomeOfMissing(object(kind, spec), environment()).sentence;
  expect(sentence("rabbitmq-queue", queue)).toMatch(/makes it again, empty\.$/);
  expect(sentence("rabbitmq-exchange", exchange)).toMatch(/makes it again\.$/);
  const ends = { vhost: "v", source: "e", destination: "q", destinationType: "queue" };
  const binding = { ...ends, routingKey: "k", arguments: {} };
  expect(sentence("rabbitmq-binding", binding)).toMatch(/makes it again\.$/);
});

test("what whoever runs the broker sets of a vhost is no difference, as files can't say it under Pulumi", () => {
  const [vhost] = changesBetween(
    [object("rabbitmq-vhost", { name: "v", description: "theirs", maxQueues: 100 })],
    [object("rabbitmq-vhost", { name: "v", description: "" })],
  );
  const [other] = changesBetween([object("rabbitmq-exchange", odd)], [object("rabbitmq-exchange", exchange)]);
  expect([vhost, other].map((change) => change && canBeSaid(change))).toEqual([false, true]);
});
