import type { ImpactLevel } from "../../src/kinds/kind.ts";
import type { ShownChange } from "../../src/report/review/document.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import type { Change } from "../../src/review/changes.ts";
import type { Review } from "../../src/review/review.ts";

/** A queue in a plan, written at a line of topology/orders.yaml. */
const queue = (name: string, line = 8): PlanObject => ({
  kind: "rabbitmq-queue",
  key: `rabbitmq/main/shop/queue/${name}`,
  cluster: "main",
  spec: { vhost: "shop", name, durable: true, autoDelete: false, arguments: {} },
  dependsOn: [],
  origin: { file: "topology/orders.yaml", line, column: 5 },
});

/** A change of one field of a queue. */
export function changed(
  name: string,
  impact: ImpactLevel,
  more: Partial<Change> & Pick<ShownChange, "approval" | "needsApproval"> = {},
): Change {
  const sentence = `Said of ${name}.`;
  const object = queue(name);
  return {
    key: object.key,
    kind: object.kind,
    operation: "change",
    effect: "in-place",
    impact,
    sentence,
    fields: [{ field: "policy.max-length", before: 100, after: 50, effect: "in-place", impact, sentence }],
    before: object,
    after: object,
    ...more,
  };
}

export const reviewOf = (changes: readonly Change[], more: Partial<Review> = {}): Review => ({
  environment: "prod",
  notes: [],
  changes,
  routing: [],
  ...more,
});

const lossy = "The queue is deleted with its messages and its bindings, and made anew.";
const binding = "rabbitmq/main/shop/binding/orders/queue/orders.fulfil/order.created";

/** Everything that a review can say, once. */
export const everything: Review = reviewOf(
  [
    changed("orders.audit", "ordering", {
      approval: {
        reason: "Nobody relies on the order",
        expires: "2030-01-31",
        fingerprint: "orders-1a2b",
        origin: { file: "topology/approvals.yaml", line: 3, column: 5 },
      },
    }),
    changed("orders.fulfil", "message-loss", {
      effect: "replaces",
      sentence: lossy,
      fields: [
        {
          field: "arguments.x-queue-type",
          before: "quorum",
          after: "classic",
          effect: "replaces",
          impact: "message-loss",
          sentence: lossy,
        },
        {
          field: "policy.message-ttl",
          before: undefined,
          after: 60_000,
          effect: "in-place",
          impact: "message-loss",
          sentence: "Messages that wait longer than a minute expire.",
        },
      ],
      atStake: { messages: 1204, consumers: 3 },
      wayOut: [
        {
          text: "Declare orders.fulfil.v2 beside orders.fulfil, with the same bindings.",
          yaml: "queues:\n  orders.fulfil.v2:\n    type: classic\n    bind: [{ exchange: orders, key: order.created }]\n",
        },
        { text: "Let consumers read orders.fulfil until it is empty, then switch them to orders.fulfil.v2." },
        { text: "Delete orders.fulfil." },
      ],
      needsApproval: { operation: "replace", fingerprint: "fulfil-3c4d" },
    }),
    {
      key: binding,
      kind: "rabbitmq-binding",
      operation: "remove",
      effect: "deletes",
      impact: "message-loss",
      sentence: "It goes with its queue.",
      fields: [],
      takenAlongBy: "rabbitmq/main/shop/queue/orders.fulfil",
    },
    {
      key: "kafka/main/topic/orders.placed",
      kind: "kafka-topic",
      operation: "remove",
      effect: "deletes",
      impact: "message-loss",
      sentence: "All records are lost.",
      fields: [],
      before: { ...queue("x", 30), key: "kafka/main/topic/orders.placed" },
      renamed: "kafka/main/topic/orders.accepted",
      atStake: { bytes: 5_368_709_120, lag: { billing: 12_000, reports: 3 } },
    },
    changed("orders.unrouted", "safe"),
    {
      key: "kafka/main/topic/orders.accepted",
      kind: "kafka-topic",
      operation: "add",
      effect: "creates",
      impact: "safe",
      sentence: "Nobody has used it yet.",
      fields: [],
      after: { ...queue("x", 31), key: "kafka/main/topic/orders.accepted" },
      renamed: "kafka/main/topic/orders.placed",
    },
  ],
  {
    notes: ["The topology at origin/main had 2 errors; what could be compiled is compared."],
    routing: [
      {
        cluster: "main",
        vhost: "shop",
        exchange: "orders",
        key: "order.created",
        what: "no-longer-reaches",
        queue: "orders.audit",
        impact: "message-loss",
        sentence: "order.created no longer reaches orders.audit.",
        causes: ["rabbitmq/main/shop/queue/orders.audit"],
      },
    ],
    picture: {
      before: {
        nodes: [
          { key: "rabbitmq/main/shop/exchange/orders", noun: "exchange", name: "orders" },
          { key: "rabbitmq/main/shop/queue/orders.fulfil", noun: "queue", name: "orders.fulfil" },
          { key: "rabbitmq/main/shop/queue/orders.audit", noun: "queue", name: "orders.audit" },
        ],
        edges: [
          {
            from: "rabbitmq/main/shop/exchange/orders",
            to: "rabbitmq/main/shop/queue/orders.fulfil",
            by: "binding",
            labels: ["order.created"],
          },
          {
            from: "rabbitmq/main/shop/exchange/orders",
            to: "rabbitmq/main/shop/queue/orders.audit",
            by: "binding",
            labels: ["order.#", "payment.*", "a", "b", "c"],
          },
        ],
      },
      after: {
        nodes: [
          { key: "rabbitmq/main/shop/exchange/orders", noun: "exchange", name: "orders" },
          { key: "rabbitmq/main/shop/queue/orders.fulfil", noun: "queue", name: "orders.fulfil" },
          { key: "rabbitmq/main/shop/queue/orders.audit", noun: "queue", name: "orders.audit" },
          { key: "rabbitmq/main/shop/exchange/dlx", noun: "exchange", name: "dlx" },
        ],
        edges: [
          {
            from: "rabbitmq/main/shop/exchange/orders",
            to: "rabbitmq/main/shop/queue/orders.fulfil",
            by: "binding",
            labels: ["order.created"],
          },
          {
            from: "rabbitmq/main/shop/queue/orders.fulfil",
            to: "rabbitmq/main/shop/exchange/dlx",
            by: "dead-letter",
            labels: [],
          },
        ],
      },
    },
  },
);
