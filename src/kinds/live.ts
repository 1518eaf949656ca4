import type { Refused } from "../brokers/kafka-access.ts";
import type { NewTopic, TopicRefusal, TopicState } from "../brokers/kafka-topics.ts";
import type { KafkaClient } from "../brokers/kafka.ts";
import type { VhostDefinitions, VhostInfo, VhostLimits } from "../brokers/rabbitmq-definitions.ts";
import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import type { JsonObject } from "../topology/json.ts";

/** An object as a broker reports it, in the shape that `compile` gives declared ones. */
export interface Observed<Spec extends JsonObject = JsonObject> {
  readonly key: string;
  readonly spec: Spec;
}

/** One vhost as the management API reports it. */
export interface VhostState {
  readonly info: VhostInfo;
  readonly limits: VhostLimits;
  readonly definitions: VhostDefinitions;
  /** The type of queues that the broker chooses for vhosts without a choice of their own. */
  readonly defaultQueueType: string;
}

/** How a kind lives on RabbitMQ. */
export interface RabbitmqFacet<Spec extends JsonObject = JsonObject> {
  readonly broker: "rabbitmq";
  readonly scope?: never;
  /** Lower ones are made first, higher ones deleted first. */
  readonly order: number;
  /** True when objects that nobody declares belong to somebody else and are not even reported. */
  readonly onlyDeclared?: true;
  /** True when the broker deletes it together with an object that it depends on. */
  readonly goesWithDependencies?: true;
  /**
   * What a vhost holds of this kind, without what the broker made by itself. `desired` finds the declared spec of a
   * key: where a broker fills in a default, the declaration says whether it was meant.
   */
  observe(vhost: VhostState, cluster: string, desired: (key: string) => Spec | undefined): Observed<Spec>[];
  /** The object in a definitions import; absent for what an import into one vhost can't make. */
  define?(spec: Spec): VhostDefinitions;
  /** Makes or changes it by calls of its own, where an import can't. `before` is what the broker has. */
  put?(client: RabbitmqClient, spec: Spec, before: Spec | undefined): Promise<void>;
  remove(client: RabbitmqClient, spec: Spec): Promise<void>;
  /** For what holds messages. undefined when the broker doesn't say. */
  messagesIn?(client: RabbitmqClient, spec: Spec): Promise<number | undefined>;
}

/** How a kind lives on Kafka. */
export interface KafkaFacet<Spec extends JsonObject = JsonObject> {
  readonly broker: "kafka";
  readonly scope?: never;
  /** undefined for what the broker made by itself. */
  observe(
    topic: TopicState,
    cluster: string,
    desired: (key: string) => Spec | undefined,
  ): Observed<Spec> | undefined;
  define(spec: Spec): NewTopic;
  /** Changes living topics in as few requests as there are kinds of change. Resolves to what the broker refused. */
  alter(
    client: KafkaClient,
    changes: readonly { readonly before: Spec; readonly after: Spec }[],
  ): Promise<TopicRefusal[]>;
}

/** What the facets of users and their rights have in common: these belong to no vhost and no topic. */
interface AccessFacet<Client, Spec extends JsonObject> {
  readonly scope: "access";
  /** Lower ones are made first, higher ones deleted first. */
  readonly order: number;
  /** Why a password could not be compared, for users that otherwise are as declared and have no `hasPassword`. */
  readonly unseen?: string;
  /** The declared ones that are there, and those that could be left of earlier plans, in as few calls as possible. */
  observe(client: Client, declared: DeclaredAccess<Spec>): Promise<ObservedAccess<Spec>[]>;
}

/** What the files have on one cluster. */
export interface DeclaredAccess<Spec extends JsonObject = JsonObject> {
  readonly cluster: string;
  /** The specs of one kind, by key. */
  readonly specs: ReadonlyMap<string, Spec>;
  /** Those that the files have something in; none on Kafka. */
  readonly vhosts: ReadonlySet<string>;
}

export interface ObservedAccess<Spec extends JsonObject = JsonObject> extends Observed<Spec> {
  /** Who may do it: the name of a user. */
  readonly principal: string;
  /** True for a right to something that the files declare: worth knowing whoever has it. */
  readonly concerns?: boolean;
  /** Whether a password is the one that the user has; absent where the broker doesn't tell. */
  readonly hasPassword?: ((password: string) => boolean) | undefined;
}

/** How users and rights live on RabbitMQ. Secrets in specs that are written have been resolved. */
export interface RabbitmqAccessFacet<Spec extends JsonObject = JsonObject> extends AccessFacet<
  RabbitmqClient,
  Spec
> {
  readonly broker: "rabbitmq";
  readonly goesWithDependencies?: true;
  put(client: RabbitmqClient, spec: Spec, before: Spec | undefined): Promise<void>;
  remove(client: RabbitmqClient, spec: Spec): Promise<void>;
}

/** How users, rights and quotas live on Kafka: many a request. Secrets in specs that are written have been resolved. */
export interface KafkaAccessFacet<Spec extends JsonObject = JsonObject> extends AccessFacet<
  KafkaClient,
  Spec
> {
  readonly broker: "kafka";
  put(
    client: KafkaClient,
    changes: readonly { readonly before: Spec | undefined; readonly after: Spec }[],
  ): Promise<Refused[]>;
  remove(client: KafkaClient, specs: readonly Spec[]): Promise<Refused[]>;
}

/** How a kind is read from and written to its broker. Kubernetes and Redis are read object by object instead. */
export type LiveFacet = RabbitmqFacet | KafkaFacet | RabbitmqAccessFacet | KafkaAccessFacet;
