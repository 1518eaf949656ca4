import * as fc from "fast-check";
import type { DeathReason } from "../../src/routing/message.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { binding, exchange, policy, queue, type Topology } from "./vhost.ts";

/** What kills the messages of a queue: its consumer, or its settings at once. */
export const killers = {
  rejects: { reason: "rejected", atOnce: false, type: "classic", arguments: {} },
  returns: { reason: "delivery_limit", atOnce: false, type: "quorum", arguments: { "x-delivery-limit": 0 } },
  expires: { reason: "expired", atOnce: true, type: "classic", arguments: { "x-message-ttl": 1 } },
  quorumExpires: { reason: "expired", atOnce: true, type: "quorum", arguments: { "x-message-ttl": 1 } },
  overflows: { reason: "maxlen", atOnce: true, type: "classic", arguments: { "x-max-length": 0 } },
  refuses: {
    reason: "maxlen",
    atOnce: true,
    type: "classic",
    arguments: { "x-max-length": 0, "x-overflow": "reject-publish-dlx" },
  },
} as const satisfies Record<
  string,
  { reason: DeathReason; atOnce: boolean; type: string; arguments: JsonObject }
>;

/** As little text as possible: this is what a counterexample shows. */
export interface Sketch {
  readonly queues: Readonly<
    Record<string, { readonly dies: keyof typeof killers; readonly to?: string; readonly key?: string }>
  >;
  readonly direct: readonly (readonly [key: string, destination: string])[];
  readonly alternate?: string;
  readonly headers: readonly (readonly [destination: string, comparison: JsonObject])[];
  readonly fanout: readonly string[];
  /** Over all queues; an argument of a queue wins. */
  readonly policy?: JsonObject;
  readonly publish: { readonly key: string; readonly headers: JsonObject };
}

const queueNames = ["q0", "q1", "q2", "q3"];
const someQueue = fc.constantFrom(...queueNames);
const someExchange = fc.constantFrom("direct", "headers", "fanout", "", "missing");
const someKey = fc.constantFrom("k", ...queueNames);
const reason = fc.constantFrom("rejected", "expired", "maxlen", "delivery_limit");
const comparison = fc
  .record(
    {
      "x-first-death-reason": reason,
      "x-last-death-reason": reason,
      "x-first-death-queue": someQueue,
      "x-last-death-queue": someQueue,
      "x-last-death-exchange": someExchange,
      "x-death": fc.constant(null),
      h: fc.constant(1),
    },
    { requiredKeys: [] },
  )
  .chain((values) =>
    fc
      .constantFrom("all", "all-with-x", "any-with-x")
      .map((match): JsonObject => ({ "x-match": match, ...values })),
  );

export const sketch: fc.Arbitrary<Sketch> = fc.record(
  {
    queues: fc
      .array(
        fc.record(
          {
            dies: fc.constantFrom(...(Object.keys(killers) as (keyof typeof killers)[])),
            to: fc.oneof(
              { weight: 4, arbitrary: fc.constantFrom("direct", "headers", "fanout") },
              { weight: 1, arbitrary: fc.constantFrom("", "missing") },
            ),
            key: someKey,
          },
          { requiredKeys: ["dies"] },
        ),
        { minLength: queueNames.length, maxLength: queueNames.length },
      )
      .map((list) => Object.fromEntries(list.map((one, index) => [queueNames[index]!, one]))),
    direct: fc.array(fc.tuple(someKey, someQueue), { minLength: 1, maxLength: 5 }),
    alternate: fc.constantFrom("headers", "fanout"),
    headers: fc.array(fc.tuple(someQueue, comparison), { minLength: 1, maxLength: 3 }),
    fanout: fc.array(someQueue, { maxLength: 2 }),
    policy: fc.record({ to: someExchange, key: fc.option(someKey) }).map(({ to, key }) => ({
      "dead-letter-exchange": to,
      ...(key !== null && { "dead-letter-routing-key": key }),
    })),
    publish: fc.record({
      key: someQueue,
      headers: fc.record(
        { h: fc.constant(1), CC: fc.constant<["k"]>(["k"]), BCC: fc.constant<["k"]>(["k"]) },
        { requiredKeys: [] },
      ),
    }),
  },
  { requiredKeys: ["queues", "direct", "headers", "fanout", "publish"] },
);

export const topologyOf = (random: Sketch): Topology => ({
  exchanges: [
    exchange("direct", "direct", random.alternate ? { "alternate-exchange": random.alternate } : {}),
    exchange("headers", "headers"),
    exchange("fanout", "fanout"),
  ],
  queues: Object.entries(random.queues).map(([name, { dies, to, key }]) =>
    queue(name, {
      ...killers[dies].arguments,
      "x-queue-type": killers[dies].type,
      ...(to !== undefined && { "x-dead-letter-exchange": to }),
      // The broker refuses a key without an exchange.
      ...(to !== undefined && key !== undefined && { "x-dead-letter-routing-key": key }),
    }),
  ),
  bindings: [
    ...random.direct.map(([key, to]) => binding("direct", ["queue", to], key)),
    ...random.headers.map(([to, values]) => binding("headers", ["queue", to], "", values)),
    ...random.fanout.map((to) => binding("fanout", ["queue", to])),
  ],
  policies: random.policy ? [policy("all", "^q", random.policy, "queues")] : [],
});
