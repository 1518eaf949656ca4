import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a sandbox can run. */
export type Part = "rabbitmq" | "kafka" | "redis" | "kubernetes";

/** Every part, in the order in which they are shown. */
export const allParts: readonly Part[] = ["rabbitmq", "kafka", "redis", "kubernetes"];

export interface RabbitmqState {
  /** Address of the management API. */
  endpoint: string;
  amqpPort: number;
  username: string;
  password: string;
  /** The cluster name. */
  identity: string;
  version: string;
}

export interface KafkaState {
  bootstrap: string[];
  /** For clients that log in (SCRAM-SHA-512, no TLS). Absent in sandboxes of earlier versions. */
  loginBootstrap?: string[];
  /** The cluster id. */
  identity: string;
  version: string;
}

export interface RedisState {
  host: string;
  port: number;
  version: string;
  /** Where the server keeps its data; inside the container when there is one. */
  directory: string;
}

export interface KubernetesState {
  /** Path of a kubeconfig file. */
  kubeconfig: string;
  /** The uid of the namespace kube-system. */
  identity: string;
  version: string;
}

export interface PartStates {
  rabbitmq: RabbitmqState;
  kafka: KafkaState;
  redis: RedisState;
  kubernetes: KubernetesState;
}

/**
 * What a sandbox consists of and how to reach it. A part is listed from its first successful start until its data is
 * deleted, so one that was stopped and kept comes back on the same port with the same password.
 */
export interface SandboxState extends Partial<PartStates> {
  mode: "compose" | "native";
}

/** Reads `<directory>/state.json`; undefined when no sandbox was started there. */
export function readSandbox(directory: string): SandboxState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(directory), "utf8")) as SandboxState;
  } catch {
    // A damaged file counts as none: the next start makes everything anew.
    return undefined;
  }
}

/** Replaces the state in one step, so that a reader never sees half of it. Only its owner may read it. */
export function writeState(directory: string, state: SandboxState): void {
  mkdirSync(directory, { recursive: true });
  const draft = `${stateFile(directory)}.draft`;
  rmSync(draft, { force: true });
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, stateFile(directory));
}

/** The parts that a state lists. */
export function partsOf(state: SandboxState | undefined): Part[] {
  return allParts.filter((part) => state?.[part] !== undefined);
}

function stateFile(directory: string): string {
  return join(directory, "state.json");
}
