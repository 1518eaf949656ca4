import { type ConfirmChannel, type Channel, type ChannelModel, connect } from "amqplib";
import type { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import type { BindingSpec } from "../../src/kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../../src/kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../src/kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../src/kinds/rabbitmq-queue/definition.ts";
import { type RoutedObject, Simulator } from "../../src/routing/simulate.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { ownName, rabbitmqClient } from "../brokers/sandboxes.ts";

/** A topology of one vhost; the vhosts in the specs are filled in when it is used. */
export interface Topology {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
  readonly bindings: readonly BindingSpec[];
  readonly policies: readonly PolicySpec[];
}

export const exchange = (
  name: string,
  type: string,
  values: ExchangeSpec["arguments"] = {},
): ExchangeSpec => ({ vhost: "", name, type, durable: true, autoDelete: false, arguments: values });

export const queue = (name: string, values: QueueSpec["arguments"] = {}): QueueSpec => ({
  vhost: "",
  name,
  durable: true,
  autoDelete: false,
  arguments: { "x-queue-type": "classic", ...values },
});

export const binding = (
  source: string,
  [destinationType, destination]: readonly ["queue" | "exchange", string],
  routingKey = "",
  values: BindingSpec["arguments"] = {},
): BindingSpec => ({ vhost: "", source, destination, destinationType, routingKey, arguments: values });

export const policy = (
  name: string,
  pattern: string,
  definition: PolicySpec["definition"],
  applyTo: PolicySpec["applyTo"] = "all",
): PolicySpec => ({ vhost: "", name, pattern, applyTo, priority: 0, definition });

const of = (kind: string, specs: readonly RoutedObject["spec"][]): RoutedObject[] =>
  specs.map((spec) => ({ kind, cluster: "main", spec }));

export function simulatorOf(topology: Topology, version?: string): Simulator {
  const objects = [
    ...of("rabbitmq-exchange", topology.exchanges),
    ...of("rabbitmq-queue", topology.queues),
    ...of("rabbitmq-binding", topology.bindings),
    ...of("rabbitmq-policy", topology.policies),
  ];
  return new Simulator(objects, { cluster: "main", vhost: "", ...(version && { version }) });
}

const hasEmpty = ({ arguments: values }: BindingSpec): boolean => Object.values(values).includes(null);

/** A vhost on a real broker that takes one topology after another. */
export class RealVhost {
  readonly name: string;
  readonly channel: ConfirmChannel;
  private readonly client: RabbitmqClient;
  private readonly connection: ChannelModel;
  private installed: Topology | undefined;

  private constructor(
    name: string,
    client: RabbitmqClient,
    connection: ChannelModel,
    channel: ConfirmChannel,
  ) {
    this.name = name;
    this.client = client;
    this.connection = connection;
    this.channel = channel;
  }

  static async create(broker: RabbitmqState): Promise<RealVhost> {
    const client = rabbitmqClient(broker);
    const name = ownName("routing");
    await client.putVhost({ name });
    const { amqpPort, username, password } = broker;
    const connection = await connect({
      hostname: "127.0.0.1",
      port: amqpPort,
      username,
      password,
      vhost: name,
    });
    return new RealVhost(name, client, connection, await connection.createConfirmChannel());
  }

  openChannel(): Promise<Channel> {
    return this.connection.createChannel();
  }

  /** Puts a topology in place of the one before. */
  async install(topology: Topology): Promise<void> {
    await this.clear();
    this.installed = topology;
    await this.client.importDefinitions(this.name, {
      policies: topology.policies.map(({ name, pattern, applyTo, priority, definition }) => ({
        name,
        pattern,
        "apply-to": applyTo,
        priority,
        definition,
      })),
      exchanges: topology.exchanges.map(({ name, type, durable, autoDelete, arguments: values }) => ({
        name,
        type,
        durable,
        auto_delete: autoDelete,
        arguments: values,
      })),
      queues: topology.queues.map(({ name, durable, autoDelete, arguments: values }) => ({
        name,
        durable,
        auto_delete: autoDelete,
        arguments: values,
      })),
      bindings: topology.bindings
        .filter((one) => !hasEmpty(one))
        .map((one) => ({
          source: one.source,
          destination: one.destination,
          destination_type: one.destinationType,
          routing_key: one.routingKey,
          arguments: one.arguments,
        })),
    });
    // Empty values can't be written as JSON: the broker refuses null.
    for (const {
      source,
      destination,
      destinationType,
      routingKey,
      arguments: values,
    } of topology.bindings.filter(hasEmpty)) {
      if (destinationType === "queue") await this.channel.bindQueue(destination, source, routingKey, values);
      else await this.channel.bindExchange(destination, source, routingKey, values);
    }
  }

  /** Bindings go with what they end at. */
  private async clear(): Promise<void> {
    if (!this.installed) return;
    const { queues, exchanges, policies } = this.installed;
    await Promise.all([
      ...queues.map(({ name }) => this.channel.deleteQueue(name)),
      ...exchanges.map(({ name }) => this.channel.deleteExchange(name)),
      ...policies.map(({ name }) => this.client.deletePolicy(this.name, name)),
    ]);
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.client.deleteVhost(this.name);
    this.client.close();
  }
}
