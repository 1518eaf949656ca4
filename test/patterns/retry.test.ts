import { describe, expect, test } from "vitest";
import { ladder } from "../../src/patterns/retry/ladder.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { planFrom } from "../brokers/project.ts";

const planOf = (queue: string, version = "4.0"): readonly PlanObject[] =>
  planFrom(`rabbitmq:\n  version: "${version}"\n  queues: { q: { ${queue} } }\n`).objects;

const specsOf = (objects: readonly PlanObject[], kind: string) =>
  objects.filter((object) => object.kind === `rabbitmq-${kind}`).map(({ spec }) => spec);

const queueNamed = (objects: readonly PlanObject[], name: string) =>
  specsOf(objects, "queue").find((spec) => spec["name"] === name);

/** Bindings as "source -key or reason-> destination". */
const bindings = (objects: readonly PlanObject[]): string[] =>
  specsOf(objects, "binding").map(({ source, routingKey, destination, arguments: wanted }) => {
    const { "x-match": _match, ...compared } = wanted as Record<string, string>;
    const by = Object.entries(compared).map(([header, value]) => `${header}=${value}`);
    return `${String(source)} -${[routingKey, ...by].join("")}-> ${String(destination)}`;
  });

describe("the waits", () => {
  test.each([
    ["double by default", { retries: 5, delay: "1s" }, ["1s", "2s", "4s", "8s", "16s"]],
    ["grow by the factor", { retries: 3, delay: "100ms", factor: 1.5 }, ["100ms", "150ms", "225ms"]],
    [
      "stop growing at maxDelay, where tiers are told apart by a number",
      { retries: 5, delay: "20s", maxDelay: "1m" },
      ["20s", "40s", "1m", "1m.2", "1m.3"],
    ],
    [
      "are all the same when fixed",
      { retries: 3, backoff: "fixed", delay: "90s", factor: 7 },
      ["90s", "90s.2", "90s.3"],
    ],
    ["are named by the largest whole unit", { retries: 3, delay: "30m" }, ["30m", "1h", "2h"]],
  ] as const)("%s", (_what, retry, names) => {
    expect(ladder("q", retry).map(({ name }) => name)).toEqual(names.map((name) => `q.retry.${name}`));
  });

  test("are the times to live of the tiers, in milliseconds", () => {
    expect(ladder("q", { retries: 3, delay: "1s" }).map(({ delay }) => delay)).toEqual([1000, 2000, 4000]);
  });
});

describe("a queue with retries", () => {
  test("sends only rejected messages up the ladder, and every other death to its dead-letter queue", () => {
    expect(bindings(planOf("retry: { retries: 2, delay: 1s }")).toSorted()).toEqual([
      "q.dlx -x-last-death-reason=delivery_limit-> q.dlq",
      "q.dlx -x-last-death-reason=expired-> q.dlq",
      "q.dlx -x-last-death-reason=maxlen-> q.dlq",
      "q.dlx -x-last-death-reason=rejected-> q.retry",
      "q.retry -q.retry.1s-> q.retry.2s",
      "q.retry -q.retry.2s-> q.dlq",
      "q.retry.back --> q",
      "q.retry.first --> q.retry.1s",
    ]);
  });

  test("goes by the first death on RabbitMQ 3, which knows no other", () => {
    const fromFirst = bindings(planOf("retry: { retries: 1, delay: 1s }", "3.13"));
    expect(fromFirst).toContain("q.dlx -x-first-death-reason=rejected-> q.retry");
    expect(fromFirst.join()).not.toContain("x-last-death-reason");
  });

  test("has the same arguments as with a dead letter alone, whatever the retries are", () => {
    const alone = queueNamed(planOf("deadLetter: true"), "q");
    for (const retry of [
      "{ retries: 1, delay: 1s }",
      "{ retries: 9, delay: 1m, backoff: fixed }",
      "{ retries: 3, delay: 5s, maxDelay: 6s }",
    ])
      expect(queueNamed(planOf(`retry: ${retry}`), "q")).toEqual(alone);
  });

  test("keeps the tiers that a change leaves, and the exchanges", () => {
    const before = planOf("retry: { retries: 3, delay: 1s }");
    const after = planOf("retry: { retries: 5, delay: 2s }");
    for (const name of ["q.retry.2s", "q.retry.4s"])
      expect(queueNamed(after, name)).toEqual(queueNamed(before, name));
    expect(queueNamed(before, "q.retry.2s")).toBeDefined();
    expect(specsOf(after, "exchange")).toEqual(specsOf(before, "exchange"));
  });

  test("ends in the dead-letter queue that is named", () => {
    const objects = planFrom(
      "rabbitmq: { queues: { dead: {}, q: { retry: { retries: 1, delay: 1s }, deadLetter: { queue: dead } } } }",
    ).objects;
    expect(bindings(objects)).toContain("q.retry -q.retry.1s-> dead");
    expect(queueNamed(objects, "q.dlq")).toBeUndefined();
  });

  test("is nothing but a queue where its dead letters go elsewhere: a rule says so", () => {
    const objects = planOf("type: stream, retry: { retries: 1, delay: 1s }");
    expect(objects.map(({ kind }) => kind)).toEqual(["rabbitmq-queue"]);
  });
});

/** The settings of a queue with one retry and some more words. */
const settingsWith = (words: string) =>
  specsOf(planOf(`${words}retry: { retries: 1, delay: 1s }`), "policy").map(({ definition }) => definition);

describe("nothing is dropped between quorum queues", () => {
  test("tiers wait for a confirmation, and refuse what they can't hold", () => {
    expect(queueNamed(planOf("retry: { retries: 1, delay: 1s }"), "q.retry.1s")!["arguments"]).toEqual({
      "x-queue-type": "quorum",
      "x-message-ttl": 1000,
      "x-dead-letter-exchange": "q.retry.back",
      "x-dead-letter-routing-key": "q.retry.1s",
      "x-dead-letter-strategy": "at-least-once",
      "x-overflow": "reject-publish",
      "x-max-length": 1_000_000,
    });
  });

  test("the queue itself too, unless it drops its oldest message", () => {
    const safe = { "dead-letter-strategy": "at-least-once", overflow: "reject-publish" };
    expect(settingsWith("")).toEqual([safe]);
    expect(settingsWith("limit: { messages: 5, overflow: reject-publish }, ")).toEqual([
      { ...safe, "max-length": 5 },
    ]);
    expect(settingsWith("limit: { messages: 5 }, ")).toEqual([{ "max-length": 5 }]);
  });

  test("classic queues have classic tiers, as durable as they are", () => {
    const tier = queueNamed(
      planOf("type: classic, durable: false, retry: { retries: 1, delay: 1s }"),
      "q.retry.1s",
    );
    expect(tier).toMatchObject({ durable: false, arguments: { "x-queue-type": "classic" } });
    expect(tier!["arguments"]).not.toHaveProperty("x-dead-letter-strategy");
  });
});
