import type { GetMessage } from "amqplib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ownRabbitmq } from "../brokers/sandboxes.ts";
import { compareDeaths, runs, timeout } from "./death-comparison.ts";
import { seed } from "./seed.ts";
import { binding, exchange, queue, RealVhost, simulatorOf } from "./vhost.ts";

let broker: Awaited<ReturnType<typeof ownRabbitmq>>;
let vhost: RealVhost;
beforeAll(async () => {
  broker = await ownRabbitmq("3.10");
  vhost = await RealVhost.create(broker.rabbitmq);
});
afterAll(async () => {
  await vhost.close();
  await broker.stop();
});

test(
  `the simulator agrees with RabbitMQ 3.10 on deaths in ${runs} random dead-letter graphs (seed ${seed})`,
  { timeout },
  async () => {
    expect(await compareDeaths(vhost, "3.10"), "deaths too rare to prove anything").toEqual([]);
  },
);

test("a message that was rejected once goes round for ever in a circle of waits on RabbitMQ 3.10, and in the simulator of 3.10 only", async () => {
  const waitsFor = (to: string): Record<string, string | number> => ({
    "x-message-ttl": 1,
    "x-dead-letter-exchange": "x",
    "x-dead-letter-routing-key": to,
  });
  const topology = {
    exchanges: [exchange("x", "direct")],
    queues: [
      queue("work", { "x-dead-letter-exchange": "x", "x-dead-letter-routing-key": "a" }),
      queue("a", waitsFor("b")),
      queue("b", waitsFor("a")),
      queue("seen"),
    ],
    bindings: ["a", "b"].map((name) => binding("x", ["queue", name], name)),
    policies: [],
  };
  const rounds = 20;
  const deathsIn = (version: string): number => {
    const simulator = simulatorOf(topology, version);
    let death = simulator.die("work", simulator.publish("", "work").message, "rejected");
    let count = 0;
    for (; death.route && !death.loss && count < 2 * rounds; count++)
      death = simulator.die(death.route.queues[0]!, death.route.message, "expired");
    return count;
  };
  expect(deathsIn("4.0")).toBe(2);
  expect(deathsIn("3.10")).toBe(2 * rounds);

  await vhost.install(topology);
  const { channel } = vhost;
  channel.publish("", "work", Buffer.from("x"));
  await channel.waitForConfirms();
  channel.nack((await channel.get("work")) as GetMessage, false, false);
  await channel.bindQueue("seen", "x", "a");
  await expect
    .poll(
      async () => {
        const found = await channel.get("seen", { noAck: true });
        return found ? Number(found.properties.headers?.["x-death"]?.[0]?.count) : 0;
      },
      { timeout: 60_000, interval: 1 },
    )
    .toBeGreaterThan(rounds);
});
