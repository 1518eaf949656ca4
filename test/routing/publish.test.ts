import type { GetMessage } from "amqplib";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/topology/json.ts";
import { sharedRabbitmq } from "../brokers/sandboxes.ts";
import { seed } from "./seed.ts";
import { binding, exchange, policy, queue, RealVhost, simulatorOf, type Topology } from "./vhost.ts";

const topologies = 200;
const messagesEach = 10;

interface Publication {
  readonly exchange: string;
  readonly key: string;
  readonly headers: JsonObject;
}

/** As little text as possible: this is what a counterexample shows. */
interface Sketch {
  readonly exchanges: Readonly<Record<string, { readonly type: string; readonly alternate?: string }>>;
  /** source, destination, key, arguments */
  readonly bindings: readonly (readonly [string, string, string, JsonObject])[];
  /** pattern to alternate */
  readonly alternates: Readonly<Record<string, string>>;
}

const exchangeNames = ["e0", "e1", "e2", "e3", "e4", "e5"];
const queueNames = ["q0", "q1", "q2", "q3", "q4", "q5"];
const builtIns = ["amq.direct", "amq.fanout", "amq.topic", "amq.headers", "amq.match"];

const word = fc.constantFrom("a", "b", "", "a*", "q1");
const key = fc.array(word, { maxLength: 4 }).map((words) => words.join("."));
const pattern = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: fc.constantFrom("*", "#") }), {
    maxLength: 4,
  })
  .map((words) => words.join("."));
const headerValue = fc.constantFrom<Json>("1", 1, true, "true", 1.5, null, "");
const comparison = fc.record(
  {
    "x-match": fc.constantFrom("all", "any", "all-with-x", "any-with-x"),
    h: headerValue,
    g: headerValue,
    "x-h": headerValue,
    list: fc.constant(null),
  },
  { requiredKeys: [] },
);

const sketch: fc.Arbitrary<Sketch> = fc.record({
  exchanges: fc
    .array(
      fc.record(
        {
          type: fc.constantFrom("direct", "fanout", "topic", "headers"),
          alternate: fc.constantFrom(...exchangeNames, ...builtIns, "missing", ""),
        },
        { requiredKeys: ["type"] },
      ),
      { minLength: exchangeNames.length, maxLength: exchangeNames.length },
    )
    .map((list) => Object.fromEntries(list.map((one, index) => [exchangeNames[index]!, one]))),
  bindings: fc.array(
    fc.tuple(
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...exchangeNames) },
        { weight: 1, arbitrary: fc.constantFrom(...builtIns) },
      ),
      fc.constantFrom(...queueNames, ...exchangeNames),
      fc.oneof(key, pattern),
      comparison,
    ),
    { minLength: 2, maxLength: 20 },
  ),
  alternates: fc.dictionary(
    fc.constantFrom("^e[0-2]$", "^e3$", "^amq\\.topic$", "^$"),
    fc.constantFrom("e4", "e5", "amq.fanout"),
    { maxKeys: 2 },
  ),
});

const publication: fc.Arbitrary<Publication> = fc.record({
  exchange: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...exchangeNames) },
    { weight: 1, arbitrary: fc.constantFrom(...builtIns) },
    { weight: 1, arbitrary: fc.constant("") },
  ),
  key: fc.oneof({ weight: 5, arbitrary: key }, { weight: 1, arbitrary: fc.constantFrom(...queueNames) }),
  headers: fc.record(
    {
      h: headerValue,
      g: headerValue,
      "x-h": headerValue,
      list: fc.constant<Json>(["x"]),
      CC: fc.array<Json>(fc.oneof(key, fc.constantFrom(...queueNames)), { minLength: 1, maxLength: 2 }),
      BCC: fc.array<Json>(key, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
});

const topologyOf = ({ exchanges, bindings, alternates }: Sketch): Topology => ({
  exchanges: Object.entries(exchanges).map(([name, { type, alternate }]) =>
    exchange(name, type, alternate === undefined ? {} : { "alternate-exchange": alternate }),
  ),
  queues: queueNames.map((name) => queue(name)),
  bindings: bindings.map(([source, destination, routingKey, values]) =>
    binding(
      source,
      [destination.startsWith("q") ? "queue" : "exchange", destination],
      routingKey,
      // Only headers exchanges compare them; elsewhere they tell bindings apart.
      { ...values },
    ),
  ),
  policies: Object.entries(alternates).map(([match, alternate], index) =>
    policy(`p${index}`, match, { "alternate-exchange": alternate }),
  ),
});

let vhost: RealVhost;
beforeAll(async () => {
  vhost = await RealVhost.create(sharedRabbitmq());
});
afterAll(() => vhost.close());

/** For each message the queues that hold it, as the broker did it. */
async function publishAll(messages: readonly Publication[]): Promise<string[][]> {
  const { channel } = vhost;
  const reached = messages.map((): string[] => []);
  for (const [index, message] of messages.entries()) {
    channel.publish(message.exchange, message.key, Buffer.from("x"), {
      messageId: String(index),
      headers: message.headers,
    });
  }
  await channel.waitForConfirms();
  for (const name of queueNames) {
    for (let found: GetMessage | false; (found = await channel.get(name, { noAck: true }));)
      reached[Number(found.properties.messageId)]!.push(name);
  }
  return reached;
}

test(`the simulator agrees with RabbitMQ on ${topologies * messagesEach} messages through ${topologies} random topologies (seed ${seed})`, async () => {
  let delivered = 0;
  let dropped = 0;
  await fc.assert(
    fc.asyncProperty(
      sketch,
      fc.array(publication, { minLength: messagesEach, maxLength: messagesEach }),
      async (random, messages) => {
        const topology = topologyOf(random);
        await vhost.install(topology);
        const simulator = simulatorOf(topology);
        const real = await publishAll(messages);
        const simulated = messages.map((one) => simulator.publish(one.exchange, one.key, one.headers).queues);
        expect(simulated).toEqual(real);
        for (const queues of real) {
          if (queues.length > 0) delivered++;
          else dropped++;
        }
      },
    ),
    { seed, numRuns: topologies },
  );
  // A proof that compares nothing with nothing is none.
  expect(Math.min(delivered, dropped)).toBeGreaterThan((topologies * messagesEach) / 5);
});
