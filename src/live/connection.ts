import type { Broker } from "../kinds/kind.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import type { AtStake } from "../review/changes.ts";
import type { PlanObject } from "../plan/plan.ts";

export interface Identity {
  /** The RabbitMQ cluster name, the Kafka cluster id, the uid of the namespace kube-system; "" where there is none (Redis). */
  readonly identity: string;
  readonly version: string;
}

/** A declared object that could not be compared, and why; it counts against coverage, not as drift. */
export interface Unchecked {
  readonly key: string;
  readonly reason: string;
  /** "unreadable": brokers tell it to nobody. "no-secret": nothing here to compare with. "not-allowed": the login may not. */
  readonly cause: "unreadable" | "no-secret" | "not-allowed";
}

/** A policy that whoever runs a RabbitMQ puts above all others. Nobody can declare one. */
export interface OperatorPolicy {
  readonly cluster: string;
  readonly spec: PolicySpec;
}

/** Something that is not well though it is configured as declared. */
export interface Ailment {
  readonly broker: Broker;
  readonly cluster: string;
  /** The object that it is about; absent for the whole cluster. */
  readonly key?: string;
  readonly check:
    | "no-consumer"
    | "dead-letters"
    | "group-lag"
    | "under-replicated"
    | "no-leader"
    | "evictions"
    | "eviction-policy"
    | "alarm"
    | "nothing-there"
    | "not-asked";
  /** What is the matter, why it matters, what to do. */
  readonly sentence: string;
}

export interface Reading {
  /** What is on the cluster, in canonical form; what brokers make by themselves (amq.*, __*) is left out. */
  readonly objects: readonly PlanObject[];
  readonly unchecked: readonly Unchecked[];
  /** What the login may not see: the rest was read all the same. Whatever is declared there is in `unchecked`. */
  readonly problems?: readonly string[];
  /** RabbitMQ only. */
  readonly operatorPolicies?: readonly OperatorPolicy[];
}

/** As the API of the broker has it. */
export type OwnWords = Readonly<Record<string, unknown>>;

/** One cluster of an environment. Every method throws BrokerError when the cluster can't be asked. */
export interface Connection {
  readonly broker: Broker;
  readonly cluster: string;
  /** True when a read may still miss what a write has just done: then it is read again for some seconds. */
  readonly lags?: true;
  probe(): Promise<Identity>;
  /** Reads everything in bulk. `desired` are the plan's objects on this cluster: some brokers can only be asked by name. */
  read(desired: readonly PlanObject[]): Promise<Reading>;
  /** What is not well with these objects and with the cluster, as of the last seconds. */
  ailments?(desired: readonly PlanObject[]): Promise<readonly Ailment[]>;
  /** How many messages an object holds; undefined where that can't be told. */
  messagesIn?(object: PlanObject): Promise<number | undefined>;
  /** What would be at stake if these objects were lost, by key; what holds nothing or doesn't exist is left out. */
  atStake?(objects: readonly PlanObject[]): Promise<ReadonlyMap<string, AtStake>>;
  /** How many dead letters a queue keeps because no other queue has taken them yet, as of the last seconds. */
  deadLettersIn?(object: PlanObject): Promise<number>;
  /** What the broker has of these objects in its own words, by key, where plans say it in others or not at all. */
  inOwnWords?(objects: readonly PlanObject[]): Promise<ReadonlyMap<string, OwnWords>>;
  close(): Promise<void>;
}
