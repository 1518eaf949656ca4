import type { JsonObject } from "../topology/json.ts";
import type { Scope } from "./scope.ts";

export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One object that a broker should have. Secrets stand in `spec` as references, never as values. */
export interface PlanObject {
  readonly kind: string;
  readonly key: string;
  readonly cluster: string;
  readonly spec: JsonObject;
  /** Who consumes it and when to alert: for scaling, alerts and documents. Nothing of it is on the broker. */
  readonly operations?: JsonObject;
  /** The pattern that added it, for objects nobody wrote down by name. */
  readonly addedBy?: string;
  /** What a person wrote for it in a file, patterns' words included; for ways out, which have to be written too. */
  readonly written?: Readonly<Record<string, unknown>>;
  /** Keys of objects in the same plan that must be there first. */
  readonly dependsOn: readonly string[];
  /** Absent for what was read from a broker. */
  readonly origin?: Origin;
}

/** What the brokers of one environment should have: sorted by key, so that equal topologies give equal bytes. */
export interface Plan {
  /** Names that belong to this topology alone; absent when the files claim none. */
  readonly owns?: readonly Scope[];
  /** Absent when the topology was compiled without a stack file. */
  readonly environment?: string;
  readonly objects: readonly PlanObject[];
}
