import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { KafkaClient } from "../../src/brokers/kafka.ts";
import { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import type { KafkaState, RabbitmqState } from "../../src/sandbox/state.ts";

/** The RabbitMQ that all tests of this run share. */
export function sharedRabbitmq(): RabbitmqState {
  const { rabbitmq } = inject("sandbox");
  if (!rabbitmq) throw new Error("The shared sandbox has no RabbitMQ.");
  return rabbitmq;
}

/** The Kafka that all tests of this run share. */
export function sharedKafka(): KafkaState {
  const { kafka } = inject("sandbox");
  if (!kafka) throw new Error("The shared sandbox has no Kafka.");
  return kafka;
}

/** A RabbitMQ of another series, for the tests of one file. Call `stop` at the end. */
export async function ownRabbitmq(
  series: "3.10" | "4",
): Promise<{ rabbitmq: RabbitmqState; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "queueform-test-"));
  const stop = async (): Promise<void> => {
    await stopSandbox(directory);
    await rm(directory, { recursive: true, force: true });
  };
  const { rabbitmq } = await startSandbox({ directory, parts: ["rabbitmq"], rabbitmqVersion: series });
  if (!rabbitmq) throw new Error("The sandbox did not start a RabbitMQ.");
  return { rabbitmq, stop };
}

/** For vhosts, topics and other names that no other test uses. */
export const ownName = (prefix: string): string => `${prefix}-${randomBytes(4).toString("hex")}`;

export function rabbitmqClient(
  { endpoint, username, password }: RabbitmqState = sharedRabbitmq(),
): RabbitmqClient {
  return new RabbitmqClient({ endpoint, username, password });
}

export function kafkaClient({ bootstrap }: KafkaState = sharedKafka()): Promise<KafkaClient> {
  return KafkaClient.connect({ bootstrap, tls: false });
}
