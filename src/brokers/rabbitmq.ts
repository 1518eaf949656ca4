import { BrokerError } from "./error.ts";
import { RabbitmqAccess } from "./rabbitmq-access.ts";
import type {
  AllDefinitions,
  BindingDefinition,
  NamedBinding,
  QueueDefinition,
  VhostDefinitions,
  VhostInfo,
  VhostLimits,
} from "./rabbitmq-definitions.ts";
import type { ManagementLogin } from "./rabbitmq-http.ts";
import { partsOf } from "./rabbitmq-parts.ts";
import { ManagementApi, Rejection } from "./rabbitmq-management.ts";
import { fits, shapes } from "./rabbitmq-shapes.ts";

export interface Overview {
  readonly clusterName: string;
  readonly version: string;
  /** The type of queues in vhosts that set none; "classic" unless the broker is configured otherwise. */
  readonly defaultQueueType: string;
}

export interface QueueCounts {
  /** Ready or not yet acknowledged. */
  readonly messages: number;
  readonly consumers: number;
}

/** As the management API has it; nothing but the name of a node that is down. */
export interface NodeState {
  readonly name: string;
  readonly running?: boolean;
  readonly mem_alarm?: boolean;
  readonly disk_free_alarm?: boolean;
}

interface OverviewAnswer {
  readonly cluster_name: string;
  readonly rabbitmq_version?: string;
  readonly default_queue_type?: string;
}

/** An import declares one object after the other: 1,000 quorum queues take the better part of a minute. */
const importTimeout = 15 * 60_000;
/** Bytes of one request. Brokers take at least 10 MB unless they are told otherwise, proxies before them often 1 MB. */
const importLimit = 1_000_000;

/** The calls of RabbitMQ's management API that Queueform needs. Every method throws BrokerError. */
export class RabbitmqClient {
  readonly access: RabbitmqAccess;
  private readonly api: ManagementApi;
  private readonly endpoint: string;

  constructor(login: ManagementLogin) {
    this.endpoint = login.endpoint;
    this.api = new ManagementApi(login);
    this.access = new RabbitmqAccess(this.api);
  }

  async overview(): Promise<Overview> {
    const overview = await this.api.get<OverviewAnswer>(["overview"], {});
    if (!overview || !fits(overview, shapes.overview)) {
      throw new BrokerError(
        `There is no management API at ${this.endpoint}: something else answers there. Check the path and the port in the stack file.`,
      );
    }
    return {
      clusterName: overview.cluster_name,
      version: overview.rabbitmq_version ?? "",
      defaultQueueType: overview.default_queue_type ?? "classic",
    };
  }

  /** undefined when there is no such vhost. */
  vhost(name: string): Promise<VhostInfo | undefined> {
    return this.api.get(["vhosts", name], shapes.vhost);
  }

  async vhostLimits(name: string): Promise<VhostLimits> {
    const found = await this.api.list<{ value: VhostLimits }>(["vhost-limits", name], shapes.limits);
    return found?.[0]?.value ?? {};
  }

  /** Everything in one vhost but what the broker makes by itself; undefined when there is no such vhost. */
  async definitions(vhost: string): Promise<VhostDefinitions | undefined> {
    // The export of a single vhost fails (500, seen on 4.0.5) when its name is not ASCII.
    if (/[^\x20-\x7e]/.test(vhost)) return this.definitionsInAll(vhost);
    try {
      return await this.api.get<VhostDefinitions>(["definitions", vhost], shapes.definitions);
    } catch (error) {
      if (error instanceof Rejection && error.reason === "vhost_not_found") return undefined;
      throw error;
    }
  }

  /** The whole cluster: all vhosts, and users with hashes of their passwords. */
  async allDefinitions(): Promise<AllDefinitions> {
    const path = ["definitions"];
    const found = await this.api.get<AllDefinitions>(path, shapes.allDefinitions);
    if (!found) throw this.api.unexpected(path);
    return found;
  }

  private async definitionsInAll(vhost: string): Promise<VhostDefinitions | undefined> {
    const all = await this.allDefinitions();
    const inside = <T extends { readonly vhost: string }>(list: readonly T[]): T[] =>
      list.filter((one) => one.vhost === vhost);
    if (!all.vhosts.some(({ name }) => name === vhost)) return undefined;
    return {
      policies: inside(all.policies),
      exchanges: inside(all.exchanges),
      queues: inside(all.queues),
      bindings: inside(all.bindings),
      parameters: inside(all.parameters ?? []),
    };
  }

  /**
   * Merges: policies are overwritten; queues, exchanges and bindings that exist stay as they are, without a word. Sent in
   * parts of at most `limit` bytes; after one that is refused no more are sent.
   */
  async importDefinitions(
    vhost: string,
    definitions: VhostDefinitions,
    { isNew = false, limit = importLimit } = {},
  ): Promise<void> {
    for (const part of partsOf(definitions, limit, isNew))
      await this.api.send("POST", ["definitions", vhost], part, importTimeout);
  }

  putVhost({ name, ...settings }: VhostInfo): Promise<void> {
    return this.api.send("PUT", ["vhosts", name], { ...settings, tags: settings.tags?.join(",") ?? "" });
  }

  putVhostLimit(vhost: string, limit: keyof VhostLimits, value: number): Promise<void> {
    return this.api.send("PUT", ["vhost-limits", vhost, limit], { value });
  }

  deleteVhostLimit(vhost: string, limit: keyof VhostLimits): Promise<void> {
    return this.api.delete(["vhost-limits", vhost, limit]);
  }

  deleteVhost(name: string): Promise<void> {
    return this.api.delete(["vhosts", name]);
  }

  deleteQueue(vhost: string, name: string): Promise<void> {
    return this.api.delete(["queues", vhost, name]);
  }

  deleteExchange(vhost: string, name: string): Promise<void> {
    return this.api.delete(["exchanges", vhost, name]);
  }

  deletePolicy(vhost: string, name: string): Promise<void> {
    return this.api.delete(["policies", vhost, name], importTimeout);
  }

  /** Deletes the bindings between two objects that `matches` picks: the API names them by a hash only it computes. */
  async deleteBindings(
    vhost: string,
    binding: BindingDefinition,
    matches: (found: BindingDefinition) => boolean,
  ): Promise<void> {
    const between = [
      "bindings",
      vhost,
      "e",
      binding.source,
      binding.destination_type === "queue" ? "q" : "e",
      binding.destination,
    ];
    const found = (await this.api.list<NamedBinding>(between, shapes.binding)) ?? [];
    await Promise.all(
      found.filter(matches).map(({ properties_key: key }) => this.api.delete([...between, key])),
    );
  }

  /** The arguments of every queue of a vhost as Pulumi's provider reads them too; none when there is no such vhost. */
  async queueArguments(vhost: string): Promise<Pick<QueueDefinition, "name" | "arguments">[]> {
    const query = "?columns=name,arguments";
    return (await this.api.list(["queues", vhost], shapes.stored, query)) ?? [];
  }

  /** Every binding of a vhost with the name that the broker has for it; none when there is no such vhost. */
  async bindings(vhost: string): Promise<NamedBinding[]> {
    const query = "?columns=source,destination,destination_type,routing_key,arguments,properties_key";
    return (await this.api.list(["bindings", vhost], shapes.binding, query)) ?? [];
  }

  /** How many messages are in a queue, ready or not yet acknowledged; undefined when the broker can't say for sure. */
  async messagesIn(vhost: string, queue: string): Promise<number | undefined> {
    // Without this query the count is that of the last statistics, which are up to five seconds old.
    const query = "?disable_stats=true&enable_queue_totals=true";
    const found = await this.api.get<{ type?: string; messages?: number }>(
      ["queues", vhost, queue],
      shapes.counted,
      query,
    );
    // Other types count every few seconds whatever is asked: their 0 may be old.
    return found?.messages === 0 && found.type !== "classic" ? undefined : found?.messages;
  }

  /**
   * Messages and consumers of every queue of a vhost as of now, without the queues that the broker has not counted yet;
   * undefined when there is no such vhost.
   */
  async queueCounts(vhost: string): Promise<Map<string, QueueCounts> | undefined> {
    const query = "?disable_stats=true&enable_queue_totals=true&columns=name,messages";
    const ofConsumers = "?columns=queue.name";
    const [queues, consumers = []] = await Promise.all([
      this.api.list<{ name: string; messages?: number }>(["queues", vhost], shapes.counted, query),
      this.api.list<{ queue: { name: string } }>(["consumers", vhost], shapes.consumer, ofConsumers),
    ]);
    const byQueue = Map.groupBy(consumers, ({ queue }) => queue.name);
    return (
      queues &&
      new Map(
        queues.flatMap(({ name, messages }) =>
          messages === undefined ? [] : [[name, { messages, consumers: byQueue.get(name)?.length ?? 0 }]],
        ),
      )
    );
  }

  nodes(): Promise<NodeState[]> {
    const query = "?columns=name,running,mem_alarm,disk_free_alarm";
    return this.api.wholeList(["nodes"], shapes.node, query);
  }

  /** How many dead letters a queue keeps until another has taken them, as of its last statistics, five seconds ago at most. */
  async deadLettersIn(vhost: string, queue: string): Promise<number> {
    const query = "?columns=name,messages_dlx";
    const found = await this.api.get<{ messages_dlx?: number }>(
      ["queues", vhost, queue],
      shapes.deadLetters,
      query,
    );
    return found?.messages_dlx ?? 0;
  }

  close(): void {
    this.api.close();
  }
}
