import { type ProviderResource, RunError } from "@pulumi/pulumi";
import { brokerNames, type Clusters } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import type { Broker } from "../kinds/kind.ts";

/**
 * The provider of one cluster, registered under `name`. Loads the SDK of that broker only.
 * Throws UsageError for a secret that is not set, and RunError for a cluster that the stack file lacks.
 */
export async function createProvider(
  name: string,
  broker: Broker,
  cluster: string,
  clusters: Clusters,
  lookup: SecretLookup,
): Promise<ProviderResource> {
  const found = <T>(known: ReadonlyMap<string, T>): T => {
    const settings = known.get(cluster);
    if (!settings)
      throw new RunError(`The stack file has no ${brokerNames[broker]} cluster "${cluster}". Add it.`);
    return settings;
  };
  switch (broker) {
    case "rabbitmq": {
      const { rabbitmqProvider } = await import("./rabbitmq-provider.ts");
      return rabbitmqProvider(name, found(clusters.rabbitmq), lookup);
    }
    case "kafka": {
      const { kafkaProvider } = await import("./kafka-provider.ts");
      return kafkaProvider(name, found(clusters.kafka), lookup);
    }
    case "kubernetes": {
      const { kubernetesProvider } = await import("./kubernetes-provider.ts");
      return kubernetesProvider(name, found(clusters.kubernetes));
    }
    case "redis":
      throw new RunError("Pulumi has no provider for what is inside a Redis.");
  }
}
