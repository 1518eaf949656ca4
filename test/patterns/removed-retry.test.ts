import { expect, test } from "vitest";
import type { PlanObject } from "../../src/plan/plan.ts";
import { type Change, changesBetween } from "../../src/review/changes.ts";
import { withEffectiveSettings } from "../../src/review/settings.ts";
import { planFrom } from "../brokers/project.ts";

/** What `diff` says of a queue when its words change. */
function review(before: string, after: string): (key: string) => Partial<Change> | undefined {
  const objects = (words: string): readonly PlanObject[] =>
    planFrom(`rabbitmq:\n  vhost: shop\n  queues: { jobs: { ${words} } }\n`).objects;
  const [old, next] = [objects(before), objects(after)];
  const changes = withEffectiveSettings(changesBetween(old, next), old, next);
  return (name) => changes.find(({ key }) => key === `rabbitmq/main/shop/queue/${name}`);
}

const retry = "retry: { retries: 1, delay: 1m }";

test("a diff that takes `retry` away says which messages it costs, and how to save them", () => {
  const of = review(`deadLetter: true, ${retry}`, "deadLetter: true");
  expect(of("jobs")).toMatchObject({
    operation: "change",
    effect: "in-place",
    impact: "message-loss",
    sentence: expect.stringMatching(/Dead letters that no queue has taken yet are deleted.*messages_dlx/),
  });
  expect(of("jobs.retry.1m")).toMatchObject({
    operation: "remove",
    impact: "message-loss",
    sentence: expect.stringContaining("let it run empty first"),
  });
  expect(of("jobs.dlq")).toBeUndefined();
});

test("a diff that takes `deadLetter` away says so of the queue itself, too", () => {
  const of = review(`deadLetter: true, ${retry}`, "");
  expect(of("jobs")).toMatchObject({ effect: "replaces", impact: "message-loss" });
  for (const gone of ["jobs.dlq", "jobs.retry.1m"])
    expect(of(gone)).toMatchObject({ operation: "remove", impact: "message-loss" });
});
