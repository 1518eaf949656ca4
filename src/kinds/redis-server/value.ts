import type { IdempotencyValue } from "./idempotency.ts";

/** One Redis as a topology file describes it. */
export interface RedisServerValue {
  readonly for?: string;
  readonly on: "kubernetes" | "external";
  readonly cluster?: string;
  readonly namespace?: string;
  readonly createNamespace?: boolean;
  readonly version?: string;
  readonly image?: string;
  /** Always there on Kubernetes: the schema asks for it. */
  readonly memory?: string;
  /** Always there on Kubernetes: the schema asks for it. */
  readonly storage?: string;
  readonly storageClass?: string;
  readonly persistence?: "aof";
  readonly replicas?: 1;
  /** A reference: ${secret:NAME}. */
  readonly password?: string;
  readonly allowFrom?: Readonly<Record<string, string>>;
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  readonly idempotency?: IdempotencyValue;
}

export const defaultVersion = "7.2";
export const defaultNamespace = "default";
