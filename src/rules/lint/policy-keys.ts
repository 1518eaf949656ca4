import type { PolicySubject } from "../../kinds/rabbitmq-policy/matching.ts";
import { argumentProblem, queueArguments } from "../../kinds/rabbitmq-queue/arguments.ts";

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

const argumentFor = new Map(
  Object.entries(queueArguments).flatMap(([argument, { policy }]) =>
    policy === undefined ? [] : [[policy, argument]],
  ),
);

/** What is wrong with the value of a policy key, as the end of a sentence; undefined when it is right. */
export function policyValueProblem(key: string, value: unknown): string | undefined {
  if (key === "alternate-exchange") return typeof value === "string" ? undefined : "must be a text";
  const argument = argumentFor.get(key);
  return argument === undefined ? undefined : argumentProblem(argument, value);
}
