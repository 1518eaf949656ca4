import { describe, expect, test } from "vitest";
import type { PlanObject } from "../../src/plan/plan.ts";
import { changesBetween } from "../../src/review/changes.ts";
import { planFrom } from "../brokers/project.ts";

const planOf = (queue: string): readonly PlanObject[] =>
  planFrom(`rabbitmq: { queues: { q: { ${queue} } } }\n`).objects;
const queueOf = (queue: string): PlanObject => planOf(queue).find(({ kind }) => kind === "rabbitmq-queue")!;

describe("words for what a queue is", () => {
  test("become arguments", () => {
    expect(queueOf("type: classic, priorities: 4, singleActiveConsumer: true").spec["arguments"]).toEqual({
      "x-queue-type": "classic",
      "x-max-priority": 4,
      "x-single-active-consumer": true,
    });
    expect(queueOf("singleActiveConsumer: false").spec["arguments"]).toEqual({ "x-queue-type": "quorum" });
  });

  test("stand beside arguments that are written by hand", () => {
    expect(
      queueOf("type: classic, priorities: 2, arguments: { x-queue-mode: lazy }").spec["arguments"],
    ).toMatchObject({ "x-max-priority": 2, "x-queue-mode": "lazy" });
  });

  test.each([
    ["30d", "30D"],
    ["12h", "12h"],
    ["5m", "5m"],
    ["90s", "90s"],
  ])("maxAge %s is %s to RabbitMQ, in a policy", (written, sent) => {
    const objects = planOf(`type: stream, maxAge: ${written}`);
    expect(objects.find(({ kind }) => kind === "rabbitmq-policy")?.spec["definition"]).toEqual({
      "max-age": sent,
    });
    expect(objects.find(({ kind }) => kind === "rabbitmq-queue")?.spec["arguments"]).toEqual({
      "x-queue-type": "stream",
    });
  });
});

describe("who consumes a queue and when to alert", () => {
  const words =
    "consumers: { app: fulfilment, prefetch: 50, replicas: { min: 2, max: 20, perReplica: 500 } }, alert: { depth: 5000 }";

  test("is in the plan, and nothing of it goes to the broker", () => {
    const { spec, operations } = queueOf(words);
    expect(spec).toEqual(queueOf("").spec);
    expect(operations).toEqual({
      consumers: { app: "fulfilment", prefetch: 50, replicas: { min: 2, max: 20, perReplica: 500 } },
      alert: { depth: 5000 },
    });
  });

  test("is documentation to those who review a change", () => {
    const [change, ...others] = changesBetween(
      planOf(words),
      planOf(words.replace("5000", "6000").replace(", prefetch: 50", "")),
    );
    expect(others).toEqual([]);
    expect(change).toMatchObject({ operation: "change", effect: "in-place", impact: "documentation" });
    expect(change!.fields.map(({ field, before, after }) => [field, before, after])).toEqual([
      ["operations.alert.depth", 5000, 6000],
      ["operations.consumers.prefetch", 50, undefined],
    ]);
  });

  test("is no difference to what was read from a broker", () => {
    const onBroker = planOf("").map(({ origin: _origin, ...object }) => object);
    expect(changesBetween(onBroker, planOf(words))).toEqual([]);
  });
});
