import type { Broker } from "../kinds/kind.ts";
import type { Mark, Source } from "../topology/mark.ts";
import type { Patch } from "../topology/overlay.ts";

/** A value that is written down as `${secret:NAME}` and known only when a broker is talked to. */
export type SecretText = string;

/** Whether commands on this machine can reach the cluster. */
export type Reach = "direct" | "port-forward" | "none";

interface Cluster {
  readonly name: string;
  /** What the cluster must say of itself before anything is written: see `identity` in the stack file. */
  readonly identity?: string;
  readonly reach: Reach;
  /** Milliseconds that it may be silent; each client's own choice when absent. */
  readonly timeout?: number;
  readonly mark: Mark;
}

/** Whether the users and rights of applications on a cluster are made from what the files say. */
export interface ManagedAccess {
  /** "none" when absent. */
  readonly access?: "managed" | "none";
  /** The name that an application logs in with, with {app} in it; "{app}" when absent. */
  readonly principal?: string;
}

export interface RabbitmqCluster extends Cluster, ManagedAccess {
  /** Of the management API, without a trailing slash. */
  readonly endpoint: string;
  readonly username: string;
  readonly password: SecretText;
  readonly caFile?: string;
}

export interface KafkaCluster extends Cluster, ManagedAccess {
  readonly bootstrap: readonly string[];
  readonly tls: boolean;
  readonly caFile?: string;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: SecretText;
  };
}

export interface KubernetesCluster extends Cluster {
  /** Path of a kubeconfig file; the usual places when absent. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** False where nothing ever becomes ready, such as an API server without nodes. */
  readonly await: boolean;
}

export interface RedisCluster extends Cluster {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: SecretText;
}

export interface Clusters {
  readonly rabbitmq: ReadonlyMap<string, RabbitmqCluster>;
  readonly kafka: ReadonlyMap<string, KafkaCluster>;
  readonly kubernetes: ReadonlyMap<string, KubernetesCluster>;
  readonly redis: ReadonlyMap<string, RedisCluster>;
}

/** One stack file, read. */
export interface Environment {
  readonly name: string;
  /** Which engine may write to its brokers; the other one refuses. */
  readonly engine: "direct" | "pulumi";
  readonly clusters: Clusters;
  readonly overlay: readonly Patch[];
  readonly source: Source;
}

/** The same environment, with brokers that may be silent for so many milliseconds. */
export function withTimeout(environment: Environment, timeout: number): Environment {
  const patient = <T extends Cluster>(clusters: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...clusters].map(([name, cluster]) => [name, { ...cluster, timeout }]));
  const { rabbitmq, kafka, kubernetes, redis } = environment.clusters;
  return {
    ...environment,
    clusters: {
      rabbitmq: patient(rabbitmq),
      kafka: patient(kafka),
      kubernetes: patient(kubernetes),
      redis: patient(redis),
    },
  };
}

export const brokerNames: Record<Broker, string> = {
  rabbitmq: "RabbitMQ",
  kafka: "Kafka",
  kubernetes: "Kubernetes",
  redis: "Redis",
};
