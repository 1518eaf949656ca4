import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { connect } from "amqplib";
import { Queue } from "bullmq";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { vhostKey } from "../../src/kinds/key.ts";
import { withStakes } from "../../src/live/stakes.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { changesBetween } from "../../src/review/changes.ts";
import { redisEnvironment, Stage as JobStage } from "../kinds/job-queues/stage.ts";
import { type Stage, stageOn } from "../apply/stage.ts";
import { publish } from "../brokers/amqp.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { freePort } from "../brokers/relays.ts";
import { sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";

let stage: Stage;
let plan: Plan;
beforeEach(async () => {
  stage = stageOn({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
  plan = planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  queues: { full: {}, empty: {} }
kafka:
  topics: { ${stage.name}.t: { partitions: 2, replication: 1 }, ${stage.name}.u: { partitions: 1, replication: 1 } }
`);
  await stage.apply(plan);
});
afterEach(() => stage.clear());

/** Everything is deleted. */
const stakes = (environment = stage.environment) =>
  withStakes(changesBetween(plan.objects, []), environment, noSecrets);

async function stakeOf(key: string): Promise<unknown> {
  const { changes, problems } = await stakes();
  expect(problems).toEqual([]);
  return changes.find((change) => change.key === key)?.atStake;
}

describe("what a change would cost now", () => {
  test("messages, also unacknowledged ones, and consumers of a queue; of a vhost, of all its queues", async () => {
    await publish(stage.name, "full", ["a", "b", "c"]);
    const { amqpPort, username, password } = sharedRabbitmq();
    const connection = await connect({
      hostname: "127.0.0.1",
      port: amqpPort,
      username,
      password,
      vhost: stage.name,
    });
    const channel = await connection.createChannel();
    await channel.prefetch(1);
    await channel.consume("full", () => {});
    try {
      const held = { messages: 3, consumers: 1 };
      await expect.poll(() => stakeOf(stage.key("queue", "full")), { timeout: 30_000 }).toEqual(held);
      expect(await stakeOf(stage.key("queue", "empty"))).toEqual({ messages: 0, consumers: 0 });
      expect(await stakeOf(vhostKey("main", stage.name))).toEqual(held);
    } finally {
      await connection.close();
    }
  });

  test("records and bytes of a topic, and what each group has still to read", async () => {
    const topic = `${stage.name}.t`;
    const options = { clientId: "test", bootstrapBrokers: [...sharedKafka().bootstrap] };
    const producer = new Producer({ ...options, serializers: stringSerializers });
    const send = (partition: number, value: string) =>
      producer.send({ messages: [{ topic, partition, key: "k", value }] });
    await send(0, "a");
    await send(1, "b");
    const consumer = new Consumer({
      ...options,
      groupId: `${stage.name}-readers`,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: [topic], mode: "earliest", autocommit: false });
    let read = 0;
    for await (const message of stream) {
      await message.commit();
      if (++read === 2) break;
    }
    await consumer.close(true);
    await send(0, "c");
    await producer.close();
    expect(await stakeOf(`kafka/main/topic/${topic}`)).toEqual({
      messages: 3,
      bytes: expect.toSatisfy((bytes: number) => bytes > 0),
      lag: { [`${stage.name}-readers`]: 1 },
    });
    expect(await stakeOf(`kafka/main/topic/${stage.name}.u`)).toEqual({ messages: 0, bytes: 0, lag: {} });
  });

  test("nothing where nothing is lost, and what is no more on the broker is left out", async () => {
    await stage.clear();
    const gone = await stakes();
    expect(gone.problems).toEqual([]);
    expect(gone.changes.filter(({ atStake }) => atStake)).toEqual([]);
    const added = await withStakes(changesBetween([], plan.objects), stage.environment, noSecrets);
    expect(added.changes.filter(({ atStake }) => atStake)).toEqual([]);
  });

  test("brokers that can't be asked, or are others, are named, and their changes stay", async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const environment = environmentOf({
      rabbitmq: { ...sharedRabbitmq(), endpoint: nobody },
      kafka: { bootstrap: sharedKafka().bootstrap, identity: "another" },
    });
    const { changes, problems } = await stakes(environment);
    expect(changes).toHaveLength(plan.objects.length);
    expect(changes.filter(({ atStake }) => atStake)).toEqual([]);
    expect(problems.map(({ broker }) => broker).toSorted()).toEqual(["kafka", "rabbitmq"]);
    expect(problems.find(({ broker }) => broker === "kafka")?.problem).toContain('expects "another"');
  });

  test("jobs that wait, are delayed or being worked on", async () => {
    const jobs = new JobStage("bullmq", "stakes");
    const queue = new Queue(jobs.queue, { connection: jobs.connection });
    await queue.add("now", {});
    await queue.add("urgent", {}, { priority: 1 });
    await queue.add("later", {}, { delay: 3_600_000 });
    await queue.close();
    const { changes } = await withStakes(
      changesBetween(jobs.plan().objects, []),
      redisEnvironment(),
      noSecrets,
    );
    expect(changes).toMatchObject([{ atStake: { messages: 3 } }]);
  });
});
