import { type ChannelModel, connect } from "amqplib";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { Change } from "../../../src/review/changes.ts";
import { review } from "../../../src/review/review.ts";
import { environmentOf, noSecrets, planFrom } from "../../brokers/project.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../../brokers/sandboxes.ts";

/** A vhost of its own on a real RabbitMQ, in which one change is made while messages wait. */
export class RabbitmqTrial {
  readonly vhost = ownName("change");
  private connection: ChannelModel | undefined;

  /** `rest` is what stands under `rabbitmq:` after the vhost. */
  plan(rest: string, settings = "{}"): Plan {
    return planFrom(`rabbitmq:\n  vhost: ${this.vhost}\n  vhosts: { ${this.vhost}: ${settings} }\n${rest}`);
  }

  /** Makes the brokers look like the plan. What the changes need is deleted and made anew, whatever is in it. */
  async apply(plan: Plan, changes: readonly Change[] = []): Promise<void> {
    const allow = changes.map(({ key }) => key);
    const result = await applyPlan(plan, environmentOf({ rabbitmq: sharedRabbitmq() }), noSecrets, {
      allow,
      onProgress: () => undefined,
    });
    const { refused, failed, problems } = result;
    if (refused.length + failed.length + problems.length > 0)
      throw new Error(JSON.stringify({ refused, failed, problems }));
  }

  /** What a reviewer is told of a change, which is made afterwards. */
  async change(before: Plan, after: Plan): Promise<readonly Change[]> {
    const { changes } = review(before, after);
    await this.apply(after, changes);
    return changes;
  }

  /** What becomes of a message that somebody publishes. */
  async publish(exchange: string, key: string, text = "x"): Promise<"taken" | "unroutable" | "refused"> {
    const channel = await (await this.open()).createConfirmChannel();
    let isReturned = false;
    // The broker closes the channel where there is no such exchange; the publisher's confirm fails with it.
    channel.on("error", () => undefined);
    channel.on("return", () => (isReturned = true));
    const isConfirmed = await new Promise<boolean>((resolve) => {
      channel.publish(exchange, key, Buffer.from(text), { mandatory: true, persistent: true }, (error) =>
        resolve(!error),
      );
    });
    if (!isConfirmed) return "refused";
    await channel.close();
    return isReturned ? "unroutable" : "taken";
  }

  async publishFive(exchange = "", key = "q"): Promise<void> {
    for (const text of ["1", "2", "3", "4", "5"]) {
      const outcome = await this.publish(exchange, key, text);
      if (outcome !== "taken") throw new Error(`A message was ${outcome}.`);
    }
  }

  /** How many messages wait in a queue, as the queue itself says; undefined when there is no such queue. */
  async count(queue = "q"): Promise<number | undefined> {
    const channel = await (await this.open()).createChannel();
    channel.on("error", () => undefined);
    try {
      const { messageCount } = await channel.checkQueue(queue);
      await channel.close();
      return messageCount;
    } catch {
      return undefined;
    }
  }

  /** The next message of a queue, given back with `requeue` or rejected; undefined where none waits. */
  async reject(queue = "q", requeue = false): Promise<string | undefined> {
    const channel = await (await this.open()).createChannel();
    const message = await channel.get(queue);
    if (message) channel.nack(message, false, requeue);
    // Only now has the broker what was sent before.
    await channel.close();
    return message ? message.content.toString() : undefined;
  }

  /** Whether a consumer may start on a queue. */
  async consume(queue = "q"): Promise<"consumes" | "refused"> {
    const channel = await (await this.open()).createChannel();
    channel.on("error", () => undefined);
    try {
      await channel.consume(queue, () => undefined);
      await channel.close();
      return "consumes";
    } catch {
      return "refused";
    }
  }

  /** Dead letters that a queue keeps because their next queue has not taken them, as of some seconds ago. */
  async held(queue = "q"): Promise<unknown> {
    const found = await this.manage(queue);
    return ((await found.json()) as Record<string, unknown>)["messages_dlx"];
  }

  async exists(queue = "q"): Promise<boolean> {
    return (await this.manage(queue)).ok;
  }

  private manage(queue: string): Promise<Response> {
    const { endpoint, username, password } = sharedRabbitmq();
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    return fetch(`${endpoint}/api/queues/${this.vhost}/${queue}`, { headers: { authorization } });
  }

  async clear(): Promise<void> {
    await this.connection?.close().catch(() => undefined);
    const client = rabbitmqClient();
    await client.deleteVhost(this.vhost);
    client.close();
  }

  private async open(): Promise<ChannelModel> {
    if (this.connection) return this.connection;
    const { amqpPort, username, password } = sharedRabbitmq();
    const connection = await connect({
      hostname: "127.0.0.1",
      port: amqpPort,
      username,
      password,
      vhost: this.vhost,
    });
    // It ends with the vhost, where that is what is tried.
    connection.on("error", () => undefined);
    connection.on("close", () => (this.connection = undefined));
    return (this.connection = connection);
  }
}
