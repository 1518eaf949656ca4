import type { Channel, GetMessage } from "amqplib";
import * as fc from "fast-check";
import { expect } from "vitest";
import type { Message } from "../../src/routing/message.ts";
import type { Simulator } from "../../src/routing/simulate.ts";
import { killers, type Sketch, sketch, topologyOf } from "./death-graphs.ts";
import { seed } from "./seed.ts";
import { type RealVhost, simulatorOf } from "./vhost.ts";

export const runs = 200;
/** So often every consumer kills what it gets; where the messages are then, they are compared and left. */
const rounds = 3;
/** A graph that multiplies messages says no more than one that doesn't. */
const most = 40;
/**
 * More deaths than messages have that come to rest. Before 3.13 one that was rejected once goes round for ever where the
 * queues of a circle need no consumer: the broker turns x-death round, and takes the rejection for one since the last
 * round. deaths-3.10.test.ts shows that; what goes on for ever can't be compared.
 */
const endless = 1000;
/** Milliseconds for one graph, and for all with the search for a smaller one that fails. */
const limits = { timeout: 60_000, interruptAfterTimeLimit: 600_000, markInterruptAsFailure: true };
/** Milliseconds that a test of all graphs has: fast-check ends before, and shows the graph. */
export const timeout = limits.interruptAfterTimeLimit + limits.timeout;

type Where = { readonly queue: string; readonly message: Message };

/** A message as its consumer sees it, apart from times. Brokers before 3.13 don't say where it died last. */
function shown(message: Message, version: string): unknown {
  return {
    keys: message.keys[0],
    exchange: message.exchange,
    deaths: message.deaths,
    first: message.firstDeath,
    last: version.startsWith("3.") ? undefined : message.lastDeath,
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
function settle(
  simulator: Simulator,
  random: Sketch,
  from: readonly Where[],
  deaths: string[],
  version: string,
): Where[] {
  const resting: Where[] = [];
  const open = [...from];
  let died = 0;
  for (let next: Where | undefined; (next = open.pop());) {
    const { atOnce } = killers[random.queues[next.queue]!.dies];
    if (!atOnce) resting.push(next);
    else open.push(...kill(simulator, random, next, deaths));
    fc.pre(open.length + resting.length <= most);
    if (++died <= endless) continue;
    expect(version, "The message goes round for ever.").toBe("3.10");
    fc.pre(false);
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

/**
 * Foresees the way of one message through a graph, then sends it; throws when the broker does anything else. Returns why
 * and how it died.
 */
async function compare(vhost: RealVhost, random: Sketch, version: string): Promise<string[]> {
  const topology = topologyOf(random);
  const simulator = simulatorOf(topology, version);
  const { key, headers } = random.publish;
  const deaths: string[] = [];
  const first = simulator.publish("", key, headers);
  let resting = settle(
    simulator,
    random,
    first.queues.map((name) => ({ queue: name, message: first.message })),
    deaths,
    version,
  );
  // Everything is foreseen before anything is tried, so that graphs that multiply messages are skipped in time.
  const steps = [resting];
  for (let round = 0; round < rounds; round++) {
    const next = resting.flatMap((one) => kill(simulator, random, one, deaths));
    steps.push((resting = settle(simulator, random, next, deaths, version)));
  }
  await vhost.install(topology);
  // One for each topology: a channel crashes when it knew a queue of the same name and another type (4.0.5).
  const channel = await vhost.openChannel();
  channel.publish("", key, Buffer.from("x"), { headers });
  for (const [round, expected] of steps.entries()) {
    const taken = await takeAll(channel, random, expected.length);
    expect(
      asTexts(expected.map((one) => ({ queue: one.queue, what: shown(one.message, version) }))),
      `after ${round} rounds`,
    ).toEqual(asTexts(taken.map((one) => ({ queue: one.queue, what: seen(one.found) }))));
    for (const { queue: name, found } of taken)
      channel.nack(found, false, random.queues[name]!.dies === "returns");
  }
  await channel.close();
  return deaths;
}

/** Every reason and every way to be lost must have been seen: a proof that compares nothing with nothing is none. */
const often = ["rejected", "expired", "maxlen", "delivery_limit", "routed", "partly a cycle"];
const sometimes = ["no-dead-letter-exchange", "exchange-missing", "unroutable", "cycle"];

/** Tries random graphs on a broker of this version; throws at the first difference. Returns the kinds of death that were too rare. */
export async function compareDeaths(vhost: RealVhost, version: string): Promise<string[]> {
  const all: string[] = [];
  await fc.assert(
    fc.asyncProperty(sketch, async (random) => {
      all.push(...(await compare(vhost, random, version)));
    }),
    { seed, numRuns: runs, ...limits },
  );
  const isRare = (kind: string, least: number): boolean => all.filter((one) => one === kind).length <= least;
  return [
    ...often.filter((kind) => isRare(kind, runs / 8)),
    ...sometimes.filter((kind) => isRare(kind, runs / 100)),
  ];
}
