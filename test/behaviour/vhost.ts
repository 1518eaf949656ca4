import { type Channel, type ChannelModel, type ConfirmChannel, connect, type GetMessage } from "amqplib";
import { expect } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";

/** A vhost of one's own on a real RabbitMQ, with what clients do there. */
export interface Vhost {
  readonly name: string;
  /** Applies a topology; `rest` is what stands under `rabbitmq:`. */
  apply(rest: string): Promise<void>;
  /** The same, and may be refused. */
  tryApply(rest: string, ...allow: string[]): Promise<ApplyResult>;
  /** The same as `apply`, and deletes the bindings that it no longer has, which the direct engine does only when told to. */
  applyExactly(rest: string): Promise<void>;
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
  clear(): Promise<void>;
}

export async function vhostOn(broker: RabbitmqState = sharedRabbitmq()): Promise<Vhost> {
  const name = ownName("behaviour");
  const environment = environmentOf({ rabbitmq: broker });
  const tryApply: Vhost["tryApply"] = (rest, ...allow) => {
    const plan = planFrom(
      `rabbitmq:\n  version: "${versionOf(broker)}"\n  vhost: ${name}\n  vhosts: { ${name}: {} }\n${rest}`,
    );
    return applyPlan(plan, environment, noSecrets, { allow, onProgress: () => undefined });
  };
  const send = async (rest: string, allow: readonly string[] = []): Promise<ApplyResult> => {
    const result = await tryApply(rest, ...allow);
    expect(result).toMatchObject({ refused: [], failed: [], problems: [] });
    return result;
  };
  const apply: Vhost["apply"] = async (rest) => {
    await send(rest);
  };
  await apply("");
  const open = (): Promise<ChannelModel> =>
    connect({
      hostname: "127.0.0.1",
      port: broker.amqpPort,
      username: broker.username,
      password: broker.password,
      vhost: name,
    });
  const connection = await open();
  const channel: ConfirmChannel = await connection.createConfirmChannel();
  const onBroker = async (queue: string): Promise<Record<string, unknown>> => {
    const authorization = `Basic ${Buffer.from(`${broker.username}:${broker.password}`).toString("base64")}`;
    const response = await fetch(`${broker.endpoint}/api/queues/${name}/${queue}`, {
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
    name,
    apply,
    tryApply,
    applyExactly: async (rest) => {
      const { unmanaged } = await send(rest);
      const stale = unmanaged.filter(({ kind }) => kind === "rabbitmq-binding").map(({ key }) => key);
      if (stale.length > 0) await send(rest, stale);
    },
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
    clear: async () => {
      await connection.close();
      const client = rabbitmqClient(broker);
      await client.deleteVhost(name);
      client.close();
    },
  };
}

/** As files say it: major and minor. */
const versionOf = ({ version }: RabbitmqState): string => version.split(".").slice(0, 2).join(".");
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
