import type { Channel, GetMessage } from "amqplib";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeathReason, Message } from "../../src/routing/message.ts";
import type { Simulator } from "../../src/routing/simulate.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { sharedRabbitmq } from "../brokers/sandboxes.ts";
import { seed } from "./seed.ts";
import { binding, exchange, policy, queue, RealVhost, simulatorOf, type Topology } from "./vhost.ts";

/** What kills the messages of a queue: its consumer, or its settings at once. */
const killers = {
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
interface Sketch {
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

const runs = 200;
/** So often every consumer kills what it gets; where the messages are then, they are compared and left. */
const rounds = 3;
/** A graph that multiplies messages says no more than one that doesn't. */
const most = 40;

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

const sketch: fc.Arbitrary<Sketch> = fc.record(
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

const topologyOf = (random: Sketch): Topology => ({
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

type Where = { readonly queue: string; readonly message: Message };

/** A message as its consumer sees it, apart from times. */
function shown(message: Message): unknown {
  return {
    keys: message.keys[0],
    exchange: message.exchange,
    deaths: message.deaths,
    first: message.firstDeath,
    last: message.lastDeath,
  };
}

function seen({ fields, properties: { headers = {} } }: GetMessage): unknown {
  const table = headers as Record<string, unknown>;
  const place = (prefix: string): unknown =>
    table[`${prefix}-queue`] === undefined
      ? undefined
      : {
          queue: table[`${prefix}-queue`],
          reason: table[`${prefix}-reason`],
          exchange: table[`${prefix}-exchange`],
        };
  return {
    keys: fields.routingKey,
    exchange: fields.exchange,
    deaths: ((table["x-death"] ?? []) as Record<string, unknown>[]).map((death) => ({
      queue: death["queue"],
      reason: death["reason"],
      count: death["count"],
      exchange: death["exchange"],
      keys: death["routing-keys"],
    })),
    first: place("x-first-death"),
    last: place("x-last-death"),
  };
}

const asTexts = (values: readonly { queue: string; what: unknown }[]): string[] =>
  values.map((value) => JSON.stringify(value)).toSorted();

/** Takes all messages for as long as there are more to come than have come, and until nothing moves any more. */
async function takeAll(
  channel: Channel,
  random: Sketch,
  expected: number,
): Promise<{ queue: string; found: GetMessage }[]> {
  const taken: { queue: string; found: GetMessage }[] = [];
  const moving = Object.keys(random.queues).filter((name) => killers[random.queues[name]!.dies].atOnce);
  const resting = Object.keys(random.queues).filter((name) => !moving.includes(name));
  const end = Date.now() + 5000;
  for (let still = 0; still < 2 && Date.now() < end;) {
    let moved = false;
    for (const name of moving) moved ||= (await channel.checkQueue(name)).messageCount > 0;
    for (const name of resting) {
      for (let found: GetMessage | false; (found = await channel.get(name));) {
        taken.push({ queue: name, found });
        moved = true;
      }
    }
    still = moved || taken.length < expected ? 0 : still + 1;
  }
  return taken;
}

/** What happens at once to these messages, until all wait for a consumer. */
function settle(simulator: Simulator, random: Sketch, from: readonly Where[], deaths: string[]): Where[] {
  const resting: Where[] = [];
  const open = [...from];
  for (let next: Where | undefined; (next = open.pop());) {
    const { atOnce } = killers[random.queues[next.queue]!.dies];
    if (!atOnce) resting.push(next);
    else open.push(...kill(simulator, random, next, deaths));
    fc.pre(open.length + resting.length <= most);
  }
  return resting;
}

function kill(
  simulator: Simulator,
  random: Sketch,
  { queue: name, message }: Where,
  deaths: string[],
): Where[] {
  const death = simulator.die(name, message, killers[random.queues[name]!.dies].reason);
  deaths.push(death.reason, death.loss ?? (death.cycles.length > 0 ? "partly a cycle" : "routed"));
  const route = death.route;
  return route ? route.queues.map((to) => ({ queue: to, message: route.message })) : [];
}

describe("the simulator agrees with RabbitMQ 4", () => {
  let vhost: RealVhost;
  beforeAll(async () => {
    vhost = await RealVhost.create(sharedRabbitmq());
  });
  afterAll(() => vhost.close());

  test(`on deaths in ${runs} random dead-letter graphs (seed ${seed})`, async () => {
    const all: string[] = [];
    await fc.assert(
      fc.asyncProperty(sketch, async (random) => {
        const topology = topologyOf(random);
        const simulator = simulatorOf(topology, "4.0");
        const { key, headers } = random.publish;
        const deaths: string[] = [];
        const first = simulator.publish("", key, headers);
        let resting = settle(
          simulator,
          random,
          first.queues.map((name) => ({ queue: name, message: first.message })),
          deaths,
        );
        // Everything is foreseen before anything is tried, so that graphs that multiply messages are skipped in time.
        const steps = [resting];
        for (let round = 0; round < rounds; round++) {
          const next = resting.flatMap((one) => kill(simulator, random, one, deaths));
          steps.push((resting = settle(simulator, random, next, deaths)));
        }
        await vhost.install(topology);
        // One for each topology: a channel crashes when it knew a queue of the same name and another type (4.0.5).
        const channel = await vhost.openChannel();
        channel.publish("", key, Buffer.from("x"), { headers });
        for (const [round, expected] of steps.entries()) {
          const taken = await takeAll(channel, random, expected.length);
          expect(
            asTexts(expected.map((one) => ({ queue: one.queue, what: shown(one.message) }))),
            `after ${round} rounds`,
          ).toEqual(asTexts(taken.map((one) => ({ queue: one.queue, what: seen(one.found) }))));
          for (const { queue: name, found } of taken)
            channel.nack(found, false, random.queues[name]!.dies === "returns");
        }
        await channel.close();
        all.push(...deaths);
      }),
      { seed, numRuns: runs },
    );
    const counts = Object.fromEntries(
      [...Map.groupBy(all, (one) => one)].map(([one, { length }]) => [one, length]),
    );
    // A proof that compares nothing with nothing is none: every reason, and every way to be lost.
    for (const reached of ["rejected", "expired", "maxlen", "delivery_limit", "routed", "partly a cycle"])
      expect(counts[reached]).toBeGreaterThan(runs / 8);
    for (const lost of ["no-dead-letter-exchange", "exchange-missing", "unroutable", "cycle"])
      expect(counts[lost]).toBeGreaterThan(runs / 100);
  });
});
