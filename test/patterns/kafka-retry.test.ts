import { expect, test } from "vitest";
import { planFrom } from "../brokers/project.ts";

const specs = (topic: string, more = "") =>
  Object.fromEntries(
    planFrom(`kafka:\n  topics:\n    placed: ${topic}\n${more}`).objects.map(({ spec }) => [
      String(spec["name"]),
      spec,
    ]),
  );

test("retries with growing waits get a topic each, then there is a dead letter", () => {
  const found = specs("{ partitions: 3, retry: { retries: 3, delay: 15s, factor: 4 } }");
  expect(Object.keys(found)).toEqual([
    "placed",
    "placed.dlt",
    "placed.retry.15s",
    "placed.retry.1m",
    "placed.retry.4m",
  ]);
});

test("retries with equal waits share a topic", () => {
  const found = specs("{ partitions: 3, retry: { retries: 5, delay: 10s, backoff: fixed } }");
  expect(Object.keys(found)).toEqual(["placed", "placed.dlt", "placed.retry.10s"]);
});

test("deadLetter alone is one topic more", () => {
  expect(Object.keys(specs("{ partitions: 3, deadLetter: true }"))).toEqual(["placed", "placed.dlt"]);
  expect(Object.keys(specs("{ partitions: 3, deadLetter: false }"))).toEqual(["placed"]);
});

test("the topics beside a topic have its partitions, copies and limits, and are never compacted", () => {
  const found = specs(
    "{ partitions: 6, replication: 2, key: userId, cleanup: compact, config: { max.message.bytes: 5, min.insync.replicas: 2, segment.ms: 7 }, retry: { retries: 1, delay: 10s } }",
  );
  for (const name of ["placed.dlt", "placed.retry.10s"]) {
    expect(found[name]).toMatchObject({
      partitions: 6,
      replicationFactor: 2,
      config: { "cleanup.policy": "delete", "max.message.bytes": "5", "min.insync.replicas": "2" },
    });
    expect(found[name]!["config"]).not.toHaveProperty(["segment.ms"]);
  }
});

const day = 86_400_000;
test.each([
  ["7d", 7 * day, 14 * day],
  ["90d", 90 * day, 90 * day],
  ["forever", -1, -1],
])("what is kept %s is kept no shorter beside it", (retention, least, deadLetters) => {
  const found = specs(`{ partitions: 1, retention: ${retention}, retry: { retries: 1, delay: 10s } }`);
  const kept = (name: string) => Number((found[name]!["config"] as Record<string, string>)["retention.ms"]);
  expect(kept("placed.dlt")).toBe(deadLetters);
  expect(kept("placed.retry.10s")).toBe(least === -1 ? -1 : least + 10_000);
});

test("a dead letter topic that somebody declared is left as it is", () => {
  const found = specs(
    "{ partitions: 3, deadLetter: true }",
    "    placed.dlt: { partitions: 12, retention: 30d }\n",
  );
  expect(found["placed.dlt"]).toMatchObject({ partitions: 12, config: { "retention.ms": String(30 * day) } });
});
