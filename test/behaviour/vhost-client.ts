import { type Channel, type ChannelModel, type ConfirmChannel, connect, type GetMessage } from "amqplib";
import type { RabbitmqState } from "../../src/sandbox/state.ts";

/** What clients do in a vhost of a real RabbitMQ. */
export interface VhostClient {
  /** Another connection, for a client that can be killed. */
  connect(): Promise<ChannelModel>;
  publish(
    exchange: string,
    key: string,
    text: string,
    options?: Parameters<Channel["publish"]>[3],
  ): Promise<boolean>;
  count(queue: string): Promise<number>;
  /** Dead letters that a queue keeps because their next queue has not taken them yet. */
  held(queue: string): Promise<unknown>;
  /** The arguments that the broker has for a queue. */
  argumentsOf(queue: string): Promise<unknown>;
  /** The next message of a queue, acknowledged. */
  take(queue: string): Promise<GetMessage>;
  /** Rejects what a queue holds or gets, one message at a time. */
  reject(queue: string, times?: number): Promise<void>;
  /** Ends the connection of its own that all but `connect` use. */
  close(): Promise<void>;
}

export async function clientIn(vhost: string, broker: RabbitmqState): Promise<VhostClient> {
  const open = (): Promise<ChannelModel> =>
    connect({
      hostname: "127.0.0.1",
      port: broker.amqpPort,
      username: broker.username,
      password: broker.password,
      vhost,
    });
  const connection = await open();
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  const onBroker = async (queue: string): Promise<Record<string, unknown>> => {
    const authorization = `Basic ${Buffer.from(`${broker.username}:${broker.password}`).toString("base64")}`;
    const response = await fetch(`${broker.endpoint}/api/queues/${vhost}/${queue}`, {
      headers: { authorization },
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const next = async (queue: string): Promise<GetMessage> => {
    for (const end = Date.now() + 30_000; Date.now() < end; await pause()) {
      const message = await channel.get(queue);
      if (message) return message;
    }
    throw new Error(`No message came to ${queue}.`);
  };
  return {
    connect: open,
    publish: (exchange, key, text, options) =>
      new Promise((resolve) =>
        channel.publish(exchange, key, Buffer.from(text), { persistent: true, ...options }, (error) =>
          resolve(error === null || error === undefined),
        ),
      ),
    count: async (queue) => (await channel.checkQueue(queue)).messageCount,
    held: async (queue) => (await onBroker(queue))["messages_dlx"],
    argumentsOf: async (queue) => (await onBroker(queue))["arguments"],
    take: async (queue) => {
      const message = await next(queue);
      channel.ack(message);
      return message;
    },
    reject: async (queue, times = 1) => {
      for (let index = 0; index < times; index++) channel.reject(await next(queue), false);
    },
    close: () => connection.close(),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
