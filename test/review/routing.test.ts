import { describe, expect, test } from "vitest";
import { review, type Review } from "../../src/review/review.ts";
import { planFrom } from "../brokers/project.ts";

const head = "rabbitmq:\n  vhost: shop\n";
const between = (before: string, after: string): Review =>
  review(planFrom(head + before), planFrom(head + after));

const shop = `
  exchanges:
    orders: { type: topic, carries: [order.created], alternate: strays }
    strays: { type: fanout }
    audit: { type: fanout, bind: [{ exchange: orders, key: "order.#" }] }
    flagged: { type: headers, bind: [{ exchange: audit }] }
    lost: { type: direct }
  queues:
    fulfil: { bind: [{ exchange: orders, key: order.created }], deadLetter: true }
    cancel: { bind: [{ exchange: orders, key: order.cancelled }], deadLetter: { exchange: lost, key: dead } }
    audit.log: { bind: [{ exchange: audit }] }
    alerts: { bind: [{ exchange: flagged, match: any, headers: { severity: 1, team: x } }] }
    strays: { bind: [{ exchange: strays }] }
    dead: { bind: [{ exchange: lost, key: dead }] }
`;

/** The shop with one piece of it replaced. */
function changed(from: string, to: string): string {
  if (!shop.includes(from)) throw new Error(`The shop has no ${from}.`);
  return shop.replace(from, to);
}

const binding = (...parts: string[]): string => ["rabbitmq/main/shop/binding", ...parts].join("/");

describe("a message that no longer reaches a queue", () => {
  test("is said with its key, the queues that still get it, and the change that is the cause", () => {
    const { routing } = between(shop, changed("bind: [{ exchange: orders, key: order.cancelled }], ", ""));
    expect(routing).toEqual([
      {
        cluster: "main",
        vhost: "shop",
        exchange: "orders",
        key: "order.cancelled",
        what: "no-longer-reaches",
        queue: "cancel",
        impact: "message-loss",
        sentence:
          "order.cancelled no longer reaches cancel: audit.log still gets it, the consumers of cancel don't.",
        causes: [binding("orders/queue/cancel/order.cancelled")],
      },
    ]);
  });

  test.each([
    [
      "many keys of one binding are one entry, from the exchange that people publish to",
      "audit.log: { bind: [{ exchange: audit }] }",
      "audit.log: {}",
      [
        "order.created, order.cancelled and order.# no longer reach audit.log: order.# is dropped; alerts, cancel and fulfil still get order.created, order.cancelled, order.# severity=1 and 1 more, the consumers of audit.log don't.",
      ],
    ],
    [
      "an exchange in between that is no longer bound",
      ', bind: [{ exchange: orders, key: "order.#" }]',
      "",
      [
        "order.created, order.cancelled and order.# no longer reach audit.log: order.# goes to strays, as what nobody is bound for; cancel and fulfil still get order.created and order.cancelled, the consumers of audit.log don't.",
        'order.# severity=1 and order.# team="x" no longer reach alerts: they go to strays, as what nobody is bound for.',
      ],
    ],
    [
      "a narrower pattern names only what is left out",
      '"order.#"',
      '"order.*"',
      [
        "order and order.*.* no longer reach audit.log: they go to strays, as what nobody is bound for.",
        'order severity=1, order team="x", order.*.* severity=1 and 1 more no longer reach alerts: they go to strays, as what nobody is bound for.',
      ],
    ],
    [
      "a header that no longer counts",
      ", team: x }",
      " }",
      ['order.# team="x" no longer reaches alerts: audit.log still gets it, the consumers of alerts don\'t.'],
    ],
    [
      "an alternate that is gone",
      ", alternate: strays",
      "",
      ["every other key no longer reaches strays: no other queue gets it, so it is dropped."],
    ],
    [
      "another exchange type",
      "orders: { type: topic",
      "orders: { type: direct",
      [
        "order.created, order.# and order.cancelled no longer reach audit.log: order.# goes to strays, as what nobody is bound for; cancel and fulfil still get order.created and order.cancelled, the consumers of audit.log don't.",
        'order.# severity=1 and order.# team="x" no longer reach alerts: they go to strays, as what nobody is bound for.',
      ],
    ],
    [
      "a queue that is removed: only what nothing gets any more",
      "    audit.log: { bind: [{ exchange: audit }] }\n",
      "",
      ["order.# no longer reaches audit.log: no other queue gets it, so it is dropped."],
    ],
    ["a queue that is renamed: nothing", "    fulfil: {", "    fulfilment: {", []],
    [
      "a dead letter that is dropped",
      "key: dead }] }",
      "key: daed }] }",
      [
        "dead no longer reaches dead: no other queue gets it, so it is dropped.",
        "Dead letters of cancel are dropped: they reach no queue any more.",
        "daed newly reaches dead: check that its consumers expect it.",
      ],
    ],
  ])("%s", (_title, from, to, sentences) => {
    expect(between(shop, changed(from, to)).routing.map(({ sentence }) => sentence)).toEqual(sentences);
  });
});

test("a queue that newly gets a message is told of, and a new queue is not", () => {
  const more = shop.replace(
    "key: order.cancelled }]",
    "key: order.cancelled }, { exchange: orders, key: order.lost }]",
  );
  expect(between(shop, more).routing).toMatchObject([
    { what: "newly-reaches", queue: "cancel", key: "order.lost", impact: "safe" },
  ]);
  expect(between(shop, `${shop}    new: { bind: [{ exchange: orders, key: "#" }] }\n`).routing).toEqual([]);
});

test("a queue that nothing came to before takes over, which loses nothing", () => {
  const parked = `${shop}    fulfil.v2: { type: classic }\n`;
  const switched = parked
    .replace("fulfil: { bind: [{ exchange: orders, key: order.created }]", "fulfil: { bind: []")
    .replace("{ type: classic }", "{ type: classic, bind: [{ exchange: orders, key: order.created }] }");
  const { routing, changes } = between(parked, switched);
  expect(routing).toMatchObject([{ what: "no-longer-reaches", queue: "fulfil", impact: "disruption" }]);
  expect(changes.map(({ operation, impact }) => [operation, impact])).toEqual([
    ["add", "safe"],
    ["remove", "disruption"],
  ]);
});

test("a binding that nothing needs any more can go safely", () => {
  const twice = changed(
    "[{ exchange: orders, key: order.created }]",
    '[{ exchange: orders, key: order.created }, { exchange: orders, key: "*.created" }]',
  );
  const { routing, changes } = between(
    twice,
    twice.replace("{ exchange: orders, key: order.created }, ", ""),
  );
  expect({ routing, changes }).toMatchObject({
    routing: [],
    changes: [{ operation: "remove", impact: "safe" }],
  });
});

describe("what patterns add is no noise:", () => {
  test.each([
    ["retries for a queue", "deadLetter: true", "retry: { retries: 3, delay: 1s }"],
    ["a dead-letter queue by another name", "deadLetter: true", "deadLetter: { queue: dead }"],
    [
      "dead letters to an exchange of one's own",
      "deadLetter: true",
      "deadLetter: { exchange: lost, key: dead }",
    ],
    ["a dead letter at all", "deadLetter: { exchange: lost, key: dead }", "deadLetter: true"],
  ])("%s", (_title, from, to) => {
    expect(between(shop, changed(from, to)).routing).toEqual([]);
    expect(between(changed(from, to), shop).routing).toEqual([]);
  });

  test("but dead letters that no longer have any place are dropped", () => {
    expect(between(shop, changed(", deadLetter: true", "")).routing).toMatchObject([
      { what: "dead-letter-dropped", queue: "fulfil", exchange: "fulfil.dlx", impact: "message-loss" },
    ]);
  });
});
