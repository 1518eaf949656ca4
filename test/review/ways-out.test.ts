import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { review } from "../../src/review/review.ts";
import { withWaysOut } from "../../src/review/ways-out.ts";
import { planFrom } from "../brokers/project.ts";
import { follow, wayOutOf } from "./steps.ts";

const shop = `
rabbitmq:
  vhost: shop
  exchanges:
    orders: { type: topic, alternate: strays }
    audit: { type: fanout, bind: [{ exchange: orders, key: "order.#" }] }
    strays: { type: fanout }
  queues:
    fulfil:
      type: quorum
      for: Ship it
      bind: [{ exchange: orders, key: order.created }]
      retry: { retries: 2, delay: 1s }
      limit: { messages: 1000, overflow: reject-publish }
      consumers: { app: shipping, prefetch: 10 }
    log: { type: classic, bind: [{ exchange: audit }, { exchange: orders, key: "#" }] }
    strays: { bind: [{ exchange: strays }] }
    direct: { type: classic }
kafka:
  topics:
    placed: { partitions: 12, replication: 1, retention: 7d, consumers: { billing: { app: billing } } }
redis:
  jobs:
    on: external
    queues:
      email:
        library: { name: bullmq, major: 6 }
        schedules: { daily: { cron: "0 9 * * *", timezone: UTC } }
`;

const edited = (from: string, to: string): string => {
  if (!shop.includes(from)) throw new Error(`The shop has no ${from}.`);
  return shop.replace(from, to);
};
const key = (...parts: string[]): string => ["rabbitmq/main/shop", ...parts].join("/");

interface Way {
  readonly change: readonly [from: string, to: string];
  readonly of: string;
  readonly removed: readonly (readonly string[])[];
  /** How the object is called in the end; whatever else was to be is the same. */
  readonly renamed: readonly [from: string, to: string];
}

const ways: Readonly<Record<string, Way>> = {
  "another queue type": {
    change: ["type: quorum", "type: classic"],
    of: key("queue/fulfil"),
    removed: [["rabbitmq", "queues", "fulfil"]],
    renamed: ["fulfil", "fulfil.v2"],
  },
  "an argument that no policy can set": {
    change: ["for: Ship it", "arguments: { x-single-active-consumer: true }"],
    of: key("queue/fulfil"),
    removed: [["rabbitmq", "queues", "fulfil"]],
    renamed: ["fulfil", "fulfil.v2"],
  },
  "priorities for a queue that others send to by name": {
    change: ["direct: { type: classic }", "direct: { type: classic, arguments: { x-max-priority: 5 } }"],
    of: key("queue/direct"),
    removed: [["rabbitmq", "queues", "direct"]],
    renamed: ["direct", "direct.v2"],
  },
  "a queue that does not survive a restart": {
    change: ["direct: { type: classic }", "direct: { type: classic, durable: false }"],
    of: key("queue/direct"),
    removed: [["rabbitmq", "queues", "direct"]],
    renamed: ["direct", "direct.v2"],
  },
  "another exchange type": {
    change: ["audit: { type: fanout", "audit: { type: headers"],
    of: key("exchange/audit"),
    removed: [["rabbitmq", "exchanges", "audit"]],
    renamed: ["audit", "audit.v2"],
  },
  "another alternate": {
    change: ["alternate: strays", "alternate: audit"],
    of: key("exchange/orders"),
    removed: [["rabbitmq", "exchanges", "orders"]],
    renamed: ["orders", "orders.v2"],
  },
  "fewer partitions": {
    change: ["partitions: 12", "partitions: 6"],
    of: "kafka/main/topic/placed",
    removed: [["kafka", "topics", "placed"]],
    renamed: ["placed", "placed.v2"],
  },
  "another prefix of a job queue": {
    change: ["schedules:", "prefix: other\n        schedules:"],
    of: "redis/jobs/queue/email",
    removed: [["redis", "jobs", "queues", "email"]],
    renamed: ["email", "email.v2"],
  },
};

describe.each(Object.entries(ways))("the way out of %s", (_title, { change, of, removed, renamed }) => {
  const wanted = planFrom(edited(...change));
  const whole = review(planFrom(shop), wanted);
  const followed = follow(shop, wayOutOf(whole, of), removed);

  test("starts from a change that loses something", () => {
    expect(whole.changes.find((one) => one.key === of)).toMatchObject({ effect: "replaces" });
  });

  test("has steps that are safe or mere switches, and a last one that only takes away what is empty then", () => {
    const reviews = followed.flatMap((one) => one.review ?? []);
    for (const { changes, routing } of reviews.slice(0, -1)) {
      const impacts = [...changes, ...routing].map(({ impact }) => impact);
      expect(
        ["message-loss", "outage", "ordering", "durability"].filter((one) => impacts.includes(one as never)),
      ).toEqual([]);
      expect(changes.map(({ effect }) => effect)).not.toContain("replaces");
    }
    const last = reviews.at(-1);
    expect(last?.routing).toEqual([]);
    expect(new Set(last?.changes.map(({ operation }) => operation))).toEqual(new Set(["remove"]));
  });

  test("ends where the change was to lead, under another name", () => {
    const end = followed.at(-1)!.plan;
    const [from, to] = renamed;
    const again = planFrom(
      // The same change with the other name: what is written for the object, and what refers to it.
      edited(...change)
        .replaceAll(new RegExp(`^( +)${from}:`, "gm"), `$1${to}:`)
        .replaceAll(`exchange: ${from},`, `exchange: ${to},`)
        .replaceAll(`exchange: ${from} `, `exchange: ${to} `),
    );
    const bare = ({ objects }: typeof end) =>
      objects.map(({ key: own, spec, operations }) => ({ own, spec, operations }));
    expect(bare(end)).toEqual(bare(again));
  });
});

test("a limit that is written as an argument is written as a word instead, without a new queue", () => {
  const whole = review(
    planFrom(shop),
    planFrom(
      edited("direct: { type: classic }", "direct: { type: classic, arguments: { x-message-ttl: 60000 } }"),
    ),
  );
  const steps = wayOutOf(whole, key("queue/direct"));
  expect(steps).toHaveLength(1);
  const [only] = follow(shop, steps, []);
  expect(only?.review?.changes).toMatchObject([{ key: key("queue/direct"), effect: "in-place" }]);
  expect(only?.review?.changes[0]?.fields).toMatchObject([{ field: "policy.message-ttl", after: 60000 }]);
});

test("what patterns made for a queue follows the queue", () => {
  const { changes } = review(planFrom(shop), planFrom(edited("type: quorum", "type: classic")));
  expect(changes.find((one) => one.key === key("queue/fulfil.dlq"))?.wayOut).toEqual([
    { text: `It comes and goes with queue "fulfil": take that one's way out.` },
  ]);
});

test("a deleted queue is drained first, with its own commands", () => {
  const { changes } = review(planFrom(shop), planFrom(edited("    direct: { type: classic }\n", "")));
  expect(changes[0]?.wayOut?.map(({ text }) => text)).toEqual([
    'See to it that nothing is published any more that only queue "direct" gets.',
    'Wait until queue "direct" is empty: rabbitmqctl list_queues --vhost shop name messages consumers',
    'Delete queue "direct": out of the files, with an approval in topology/approvals.yaml. "queueform release --env ENV" then lifts the protection of what is empty. Where the direct engine is in charge: queueform apply --env ENV --delete rabbitmq/main/shop/queue/direct',
  ]);
});

test("what would be lost by a lower limit is worked off first", () => {
  const { changes } = review(planFrom(shop), planFrom(edited("retention: 7d", "retention: 1d")));
  expect(changes[0]?.wayOut?.map(({ text }) => text)).toEqual([
    'Wait until all consumer groups have read "placed" to its end (LAG 0): kafka-consumer-groups.sh --bootstrap-server BROKER --describe --group billing',
    "Then roll this change out.",
  ]);
  const ttl = (words: string): Plan =>
    planFrom(edited("direct: { type: classic }", `direct: { type: classic, ${words} }`));
  expect(review(ttl("ttl: 1h"), ttl("ttl: 1m")).changes[0]?.wayOut).toHaveLength(2);
  expect(review(ttl("ttl: 1m"), ttl("ttl: 1h")).changes[0]?.wayOut).toBeUndefined();
});

test("a consumer group goes on under another name where it stopped", () => {
  const { changes } = review(planFrom(shop), planFrom(edited("{ billing: {", "{ invoices: {")));
  expect(changes[0]?.wayOut?.map(({ text }) => text)).toEqual([
    'Stop the consumers of group "billing".',
    expect.stringContaining("--group invoices --reset-offsets --from-file offsets.csv --execute"),
    'Start the consumers as group "invoices".',
  ]);
});

test("a renamed queue is followed by the queue of the other name", () => {
  const [before, after] = [planFrom(shop), planFrom(edited("    fulfil:\n", "    shipping:\n"))];
  const renamed = review(before, after).changes.map((change) =>
    change.key === key("queue/fulfil") ? { ...change, renamed: key("queue/shipping") } : change,
  );
  const steps = wayOutOf({ changes: withWaysOut(renamed, before, after) }, key("queue/fulfil"));
  const followed = follow(shop, steps, [["rabbitmq", "queues", "fulfil"]]);
  expect(followed.at(-1)?.plan.objects.map((one) => one.key)).toEqual(after.objects.map((one) => one.key));
});

test("what goes with a vhost has no way out of its own, the vhost has", () => {
  const vhosts = (names: string): Plan =>
    planFrom(edited("  vhost: shop\n", `  vhost: shop\n  vhosts: { ${names} }\n`));
  const other = planFrom("rabbitmq:\n  vhost: store\n  vhosts: { store: {} }\n");
  const changes = review(vhosts("shop: {}"), other).changes.filter(({ kind }) =>
    kind.startsWith("rabbitmq-"),
  );
  expect(changes.filter(({ wayOut }) => wayOut).map((change) => change.key)).toEqual([key("vhost")]);
});
