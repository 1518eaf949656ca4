import type { ChannelModel, ConsumeMessage } from "amqplib";
import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { review } from "../../src/review/review.ts";
import type { Environment } from "../../src/environment/environment.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { kafkaClient, ownName, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { type Vhost, vhostOn } from "../behaviour/vhost.ts";
import { follow, wayOutOf } from "./steps.ts";

const open: Vhost[] = [];
afterAll(async () => {
  for (const vhost of open) await vhost.clear();
});

/** Rolls a plan out as the direct engine does when a person names what the step takes away. */
async function rollOut(plan: Plan, before: Plan, environment: Environment): Promise<void> {
  const declared = new Set(plan.objects.map(({ key }) => key));
  const gone = before.objects
    .filter(
      ({ key, dependsOn, kind }) =>
        !declared.has(key) &&
        (kind !== "rabbitmq-binding" || dependsOn.every((needed) => declared.has(needed))),
    )
    .map(({ key }) => key);
  const result = await applyPlan(plan, environment, noSecrets, { allow: gone, onProgress: () => undefined });
  expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
}

/** A publisher with confirms and consumers that run until they are stopped. */
class Load {
  readonly confirmed: string[] = [];
  readonly seen = new Map<string, number>();
  readonly returned: string[] = [];
  exchange: string;
  private readonly connection: ChannelModel;
  private running = true;
  private work: Promise<void> | undefined;

  constructor(connection: ChannelModel, exchange: string) {
    this.connection = connection;
    this.exchange = exchange;
  }

  async start(): Promise<void> {
    const channel = await this.connection.createConfirmChannel();
    channel.on("return", (message: ConsumeMessage) => this.returned.push(message.content.toString()));
    const run = async (): Promise<void> => {
      for (let number = 0; this.running; number++) {
        const text = String(number);
        await new Promise<void>((resolve, reject) =>
          channel.publish(
            this.exchange,
            "order.created",
            Buffer.from(text),
            { persistent: true, mandatory: true },
            (error) => (error ? reject(error) : resolve()),
          ),
        );
        this.confirmed.push(text);
      }
      await channel.close();
    };
    this.work = run();
  }

  async consume(queue: string): Promise<void> {
    const channel = await this.connection.createChannel();
    await channel.prefetch(20);
    await channel.consume(queue, (message) => {
      if (!message) return;
      const text = message.content.toString();
      this.seen.set(text, (this.seen.get(text) ?? 0) + 1);
      channel.ack(message);
    });
  }

  /** Until so many more are confirmed: the step that was just taken has to hold under load. */
  async more(count: number): Promise<void> {
    const goal = this.confirmed.length + count;
    await expect.poll(() => this.confirmed.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(goal);
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.work;
  }
}

interface Case {
  readonly before: string;
  readonly after: string;
  readonly of: readonly [kind: string, name: string];
  readonly removed: readonly (readonly string[])[];
  readonly consumeAlso?: string;
  readonly publishTo?: string;
}

const queueOf = (type: string): string =>
  `  exchanges: { orders: { type: topic } }
  queues:
    fulfil: { type: ${type}, bind: [{ exchange: orders, key: "order.*" }], retry: { retries: 1, delay: 1s } }\n`;
const exchangeOf = (type: string): string =>
  `  exchanges: { orders: { type: ${type} } }
  queues:
    fulfil: { type: classic, bind: [{ exchange: orders, key: order.created }] }\n`;

const cases: Readonly<Record<string, Case>> = {
  "a quorum queue that becomes classic": {
    before: queueOf("quorum"),
    after: queueOf("classic"),
    of: ["queue", "fulfil"],
    removed: [["rabbitmq", "queues", "fulfil"]],
    consumeAlso: "fulfil.v2",
  },
  "a classic queue that becomes quorum": {
    before: queueOf("classic"),
    after: queueOf("quorum"),
    of: ["queue", "fulfil"],
    removed: [["rabbitmq", "queues", "fulfil"]],
    consumeAlso: "fulfil.v2",
  },
  "a topic exchange that becomes direct": {
    before: exchangeOf("topic"),
    after: exchangeOf("direct"),
    of: ["exchange", "orders"],
    removed: [["rabbitmq", "exchanges", "orders"]],
    publishTo: "orders.v2",
  },
};

describe("under load nothing is lost on the way out of", () => {
  test.each(Object.entries(cases))(
    "%s",
    async (_title, { before, after, of, removed, consumeAlso, publishTo }) => {
      const vhost = await vhostOn();
      open.push(vhost);
      const environment = environmentOf({ rabbitmq: sharedRabbitmq() });
      const file = (rest: string): string =>
        `rabbitmq:\n  vhost: ${vhost.name}\n  vhosts: { ${vhost.name}: {} }\n${rest}`;
      const [kind, name] = of;
      const start = planFrom(file(before));
      const steps = wayOutOf(
        review(start, planFrom(file(after))),
        `rabbitmq/main/${vhost.name}/${kind}/${name}`,
      );
      await rollOut(start, start, environment);
      const load = new Load(await vhost.connect(), "orders");
      await load.start();
      await load.consume("fulfil");
      await load.more(200);
      let current = start;
      for (const { step, plan, review: said } of follow(file(before), steps, removed)) {
        if (said) {
          await rollOut(plan, current, environment);
          current = plan;
        } else if (consumeAlso !== undefined && step.text.includes("consume")) {
          await load.consume(consumeAlso);
        } else if (publishTo !== undefined && step.text.includes("Let publishers")) {
          load.exchange = publishTo;
        } else if (step.text.startsWith("Wait until queue") && consumeAlso !== undefined) {
          await expect.poll(() => vhost.count(name), { timeout: 60_000 }).toBe(0);
        }
        await load.more(200);
      }
      await load.stop();
      expect(load.returned).toEqual([]);
      await expect
        .poll(() => load.confirmed.filter((text) => !load.seen.has(text)), { timeout: 60_000 })
        .toEqual([]);
      expect(load.confirmed.length).toBeGreaterThan(1000);
    },
  );
});

test("every record is read on the way to a topic with fewer partitions", async () => {
  const name = ownName("way-out");
  const environment = environmentOf({ kafka: sharedKafka() });
  const file = (partitions: number): string =>
    `kafka:\n  topics:\n    ${name}: { partitions: ${partitions}, replication: 1, consumers: { ${name}: { app: billing } } }\n`;
  const start = planFrom(file(6));
  const steps = wayOutOf(review(start, planFrom(file(2))), `kafka/main/topic/${name}`);
  await rollOut(start, start, environment);
  const bootstrapBrokers = sharedKafka().bootstrap;
  const producer = new Producer({ clientId: name, bootstrapBrokers, serializers: stringSerializers });
  const read = new Map<string, string[]>();
  const consumers: { close(force?: boolean): Promise<void> }[] = [];
  const consume = async (topic: string): Promise<void> => {
    const consumer = new Consumer({
      clientId: name,
      bootstrapBrokers,
      groupId: `${name}-${topic}`,
      deserializers: stringDeserializers,
    });
    consumers.push(consumer);
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: true });
    stream.on("data", ({ key, value }) => read.set(key, [...(read.get(key) ?? []), value]));
  };
  const sent: { readonly topic: string; readonly value: string }[] = [];
  const load = { topic: name, runs: true };
  const produce = async (): Promise<void> => {
    while (load.runs) {
      const { topic } = load;
      const value = String(sent.length);
      await producer.send({ messages: [{ topic, key: `key-${sent.length % 5}`, value }] });
      sent.push({ topic, value });
    }
  };
  const work = produce();
  const unread = (topic?: string): number => {
    const values = new Set([...read.values()].flat());
    return sent.filter((one) => (topic ?? one.topic) === one.topic && !values.has(one.value)).length;
  };
  const more = async (count: number): Promise<void> => {
    const goal = sent.length + count;
    await expect.poll(() => sent.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(goal);
  };
  await consume(name);
  let current = start;
  for (const { step, plan, review: said } of follow(file(6), steps, [["kafka", "topics", name]])) {
    if (said) {
      await rollOut(plan, current, environment);
      current = plan;
    } else if (step.text.startsWith("Let producers")) {
      load.topic = `${name}.v2`;
    } else if (step.text.startsWith("Wait until")) {
      await expect.poll(() => unread(name), { timeout: 60_000 }).toBe(0);
      // Where the order of a key matters, the new topic is read only now.
      await consume(`${name}.v2`);
    }
    await more(50);
  }
  load.runs = false;
  await work;
  await expect.poll(() => unread(), { timeout: 60_000 }).toBe(0);
  for (const values of read.values())
    expect(values).toEqual(values.toSorted((a, b) => Number(a) - Number(b)));
  await Promise.all(consumers.map((consumer) => consumer.close(true)));
  await producer.close();
  const client = await kafkaClient();
  expect((await client.topics()).map((one) => one.name).filter((one) => one.startsWith(name))).toEqual([
    `${name}.v2`,
  ]);
  await client.deleteTopics([`${name}.v2`]);
  await client.close();
});
