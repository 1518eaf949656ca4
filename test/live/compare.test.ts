import { expect, test } from "vitest";
import { compare } from "../../src/live/compare.ts";
import type { ClusterState, Observation } from "../../src/live/observe.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { planFrom } from "../brokers/project.ts";

const plan = planFrom(`
rabbitmq: { vhost: v, queues: { q: { type: classic }, r: { type: classic } } }
kafka: { topics: { t: { partitions: 2 }, u: { partitions: 2 } } }
`);
const read: ClusterState[] = [
  { broker: "rabbitmq", cluster: "main", state: "read", declared: 2 },
  { broker: "kafka", cluster: "main", state: "read", declared: 2 },
];
const observed = (objects: readonly PlanObject[], rest: Partial<Observation> = {}): Observation => ({
  objects,
  unchecked: [],
  operatorPolicies: [],
  clusters: read,
  ...rest,
});
const keys = (objects: readonly { readonly key: string }[]): string[] => objects.map(({ key }) => key);

test("the same on both sides is no difference", () => {
  expect(compare(plan, observed(plan.objects))).toEqual({
    onBoth: plan.objects.map((object) => ({ before: object, after: object })),
    changed: [],
    missing: [],
    superseded: [],
    unmanaged: [],
  });
});

test("an object that could not be compared is neither missing nor changed", () => {
  const [topic] = plan.objects;
  const odd = { ...topic!, spec: { ...topic!.spec, partitions: 9 } };
  const others = plan.objects.filter(({ key }) => key !== topic!.key);
  expect(compare(plan, observed([odd, ...others])).changed).toHaveLength(1);
  const unchecked = [{ key: topic!.key, reason: "not allowed", cause: "not-allowed" } as const];
  expect(compare(plan, observed([odd, ...others], { unchecked }))).toMatchObject({
    changed: [],
    missing: [],
    unmanaged: [],
  });
  expect(compare(plan, observed(others, { unchecked }))).toMatchObject({ missing: [] });
});

test.each(["failed", "skipped"] as const)(
  "objects on a cluster that was %s are not missing, those on its namesake are",
  (state) => {
    const clusters = read.map((cluster) =>
      cluster.broker === "kafka" ? { ...cluster, state, reason: "" } : cluster,
    );
    expect(keys(compare(plan, observed([], { clusters })).missing)).toEqual([
      "rabbitmq/main/v/queue/q",
      "rabbitmq/main/v/queue/r",
    ]);
  },
);

test("policies of another project whose queues are not there yet are not ours to delete", () => {
  const file = (owns: string, name: string): string =>
    `rabbitmq: { vhost: v, ${owns} queues: { ${name}: { limit: { messages: 1 } } } }`;
  const policyOf = (text: string): PlanObject =>
    planFrom(text).objects.find(({ addedBy }) => addedBy === "queue-settings")!;
  const found = (owns: string, left: PlanObject): string[] => {
    const ours = planFrom(file(owns, "orders.a"));
    const { superseded } = compare(ours, observed([...ours.objects, left]));
    return superseded.map(({ object }) => object.key);
  };
  const theirs = policyOf(file("", "billing.a"));
  const former = policyOf(file("", "orders.b"));
  const owns = 'owns: ["orders.*"],';
  expect(found(owns, theirs)).toEqual([]);
  expect(found(owns, former)).toEqual([former.key]);
  // Where nobody claims names, everything with our mark is ours.
  expect(found("", theirs)).toEqual([theirs.key]);
});
