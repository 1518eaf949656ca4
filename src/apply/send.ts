import { BrokerError } from "../brokers/error.ts";
import { brokerNames, type Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { Broker } from "../kinds/kind.ts";
import type { ClusterUse } from "../live/clusters.ts";
import type { Change } from "../review/changes.ts";
import type { Failure } from "./result.ts";
import type { OnProgress, Rejected } from "./writer.ts";
import { UsageError } from "../topology/files.ts";

type Write = (
  environment: Environment,
  cluster: string,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
) => Promise<Rejected[]>;

/** Sends the changes of one cluster. What goes wrong there is part of the result, so that other clusters are finished. */
export async function send(
  { broker, cluster }: ClusterUse,
  environment: Environment,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Failure[]> {
  const base = { broker, cluster };
  try {
    const rejected = await writers[broker](environment, cluster, lookup, changes, (step) =>
      onProgress(`${brokerNames[broker]} ${cluster}: ${step}`),
    );
    return rejected.map((rejection) => ({ ...base, ...rejection }));
  } catch (error) {
    if (error instanceof BrokerError || error instanceof UsageError)
      return [{ ...base, reason: error.message }];
    throw error;
  }
}

// Loaded only when there is something to send.
const writers: Record<Broker, Write> = {
  rabbitmq: async ({ clusters }, cluster, lookup, changes, onProgress) =>
    (await import("./rabbitmq.ts")).writeRabbitmq(
      clusters.rabbitmq.get(cluster)!,
      lookup,
      changes,
      onProgress,
    ),
  kafka: async ({ clusters }, cluster, lookup, changes, onProgress) =>
    (await import("./kafka.ts")).writeKafka(clusters.kafka.get(cluster)!, lookup, changes, onProgress),
  kubernetes: async ({ clusters }, cluster, lookup, changes, onProgress) => {
    const { removeKubernetes, writeKubernetes } = await import("./kubernetes.ts");
    const target = clusters.kubernetes.get(cluster)!;
    const gone = changes
      .filter(({ effect }) => effect === "replaces" || effect === "deletes")
      .map(({ before }) => before!);
    if (gone.length > 0) {
      onProgress(`deleting ${gone.length} ${gone.length === 1 ? "object" : "objects"}`);
      await removeKubernetes(target, lookup, gone);
    }
    await writeKubernetes(target, lookup, changes, onProgress);
    return [];
  },
  redis: async ({ clusters }, cluster, lookup, changes, onProgress) =>
    (await import("./redis.ts")).writeRedis(clusters.redis.get(cluster)!, lookup, changes, onProgress),
};
