import type { JsonObject } from "../../topology/json.ts";
import { queueArguments } from "../rabbitmq-queue/arguments.ts";
import type { PolicySubject } from "./matching.ts";

type Target = PolicySubject["type"];

/** Mirroring of classic queues: RabbitMQ 4.0 removed it, and refuses these keys. */
export const mirroringKeys: readonly string[] = [
  "ha-mode",
  "ha-params",
  "ha-sync-mode",
  "ha-sync-batch-size",
  "ha-promote-on-failure",
  "ha-promote-on-shutdown",
];

const anyQueue: readonly Target[] = ["classic", "quorum", "stream"];
const federated: readonly Target[] = ["exchange", "classic", "quorum"];

/**
 * What RabbitMQ 3.10 to 4.3 and its bundled plugins know in a policy, and which objects heed it; on others it is silently
 * ignored. Source: rabbit_policies.erl, unsupported_policies of the queue types, the federation and sharding plugins.
 */
export const policyKeys: ReadonlyMap<string, readonly Target[]> = new Map<string, readonly Target[]>([
  ...Object.values(queueArguments).flatMap(({ policy, types }): [string, readonly Target[]][] =>
    policy === undefined ? [] : [[policy, types]],
  ),
  // Classic queues and streams heeded it before 4.3.
  ["consumer-timeout", anyQueue],
  ["alternate-exchange", ["exchange"]],
  ["federation-upstream", federated],
  ["federation-upstream-set", federated],
  ["federation-upstream-pattern", federated],
  ["initial-cluster-size", ["stream"]],
  ["target-group-size", ["quorum"]],
  ["shards-per-node", ["exchange"]],
  ["routing-key", ["exchange"]],
  ...mirroringKeys.map((key): [string, readonly Target[]] => [key, ["classic"]]),
]);

/** What an object takes from a policy: keys that it ignores are left out, those that nobody here knows stay. */
export const heededBy = (type: Target, definition: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(definition).filter(([key]) => policyKeys.get(key)?.includes(type) ?? true),
  );
