import type { Broker } from "../kinds/kind.ts";
import type { Unchecked } from "../live/connection.ts";
import type { ClusterState } from "../live/observe.ts";
import type { Target } from "../live/targets.ts";
import type { PlanObject } from "../plan/plan.ts";

/** Something that would cost messages or change what others own, and that nobody allowed by name. */
export interface Refusal {
  /** What a person names to allow it. */
  readonly key: string;
  readonly option: "--replace" | "--delete" | "--allow";
  readonly sentence: string;
  /** For a queue: how many messages are in it, as far as the broker says. */
  readonly messages?: number;
}

/** Something that was sent and did not take effect. */
export interface Failure {
  readonly broker: Broker;
  readonly cluster: string;
  /** Absent when a whole request failed. */
  readonly key?: string;
  readonly reason: string;
}

export interface ApplyResult {
  /** What was sent and was there when the brokers were read back. */
  readonly sent: { readonly created: number; readonly changed: number; readonly removed: number };
  /** When there are any, nothing was sent. */
  readonly refused: readonly Refusal[];
  readonly failed: readonly Failure[];
  /** On the brokers, declared by nobody; left alone. */
  readonly unmanaged: readonly PlanObject[];
  readonly unchecked: readonly Unchecked[];
  /** Keys that were allowed by name and needed no permission: perhaps misspelt, perhaps done by an earlier run. */
  readonly unused: readonly string[];
  readonly clusters: readonly ClusterState[];
  /** Clusters that could not be asked. When there are any before the first write, nothing was sent. */
  readonly problems: readonly Target[];
}
