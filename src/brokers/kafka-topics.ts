export interface PartitionState {
  /** Broker ids, the preferred leader first. */
  readonly replicas: readonly number[];
}

export interface TopicState {
  readonly name: string;
  readonly internal: boolean;
  readonly partitions: readonly PartitionState[];
  /** What was set on the topic itself, not what it takes from broker or defaults. */
  readonly config: Readonly<Record<string, string>>;
  /** Why `config` is not known. */
  readonly configUnknown?: string;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface ConfigChange {
  readonly topic: string;
  readonly set: Readonly<Record<string, string>>;
  /** Configs that go back to the broker's default. */
  readonly reset: readonly string[];
}

/** What the broker said no to, and why. */
export interface TopicRefusal {
  readonly topic: string;
  readonly reason: string;
  /** True when it was to be made and is there already. */
  readonly exists?: true;
}
