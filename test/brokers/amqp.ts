import { connect } from "amqplib";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { sharedRabbitmq } from "./sandboxes.ts";

/** Puts messages into a queue and waits until the broker has taken them. */
export async function publish(
  vhost: string,
  queue: string,
  texts: readonly string[],
  broker: RabbitmqState = sharedRabbitmq(),
): Promise<void> {
  const connection = await open(vhost, broker);
  const channel = await connection.createConfirmChannel();
  for (const text of texts) channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

/** Deletes the messages that wait in a queue. */
export async function purge(
  vhost: string,
  queue: string,
  broker: RabbitmqState = sharedRabbitmq(),
): Promise<void> {
  const connection = await open(vhost, broker);
  const channel = await connection.createChannel();
  await channel.purgeQueue(queue);
  await connection.close();
}

/** How many messages wait in a queue, as the queue itself says; undefined when there is no such queue. */
export async function waiting(
  vhost: string,
  queue: string,
  broker: RabbitmqState = sharedRabbitmq(),
): Promise<number | undefined> {
  const connection = await open(vhost, broker);
  const channel = await connection.createChannel();
  // The broker closes the channel when there is no such queue; the call fails with it.
  channel.on("error", () => {});
  try {
    return (await channel.checkQueue(queue)).messageCount;
  } catch {
    return undefined;
  } finally {
    await connection.close();
  }
}

function open(vhost: string, { amqpPort, username, password }: RabbitmqState): ReturnType<typeof connect> {
  return connect({ hostname: "127.0.0.1", port: amqpPort, username, password, vhost });
}
