import type { RabbitmqCluster } from "../../environment/environment.ts";
import type { SecretLookup } from "../../environment/secrets.ts";
import { openRabbitmq } from "../../live/rabbitmq.ts";
import type { Found } from "../found.ts";
import { readDefinitions } from "./definitions.ts";

/** Everything on a RabbitMQ, read through its management API. Throws BrokerError, and UsageError for a secret that is not set. */
export async function readRabbitmq(cluster: RabbitmqCluster, lookup: SecretLookup): Promise<Found> {
  const client = openRabbitmq(cluster, lookup);
  try {
    const [{ defaultQueueType, version }, definitions] = await Promise.all([
      client.overview(),
      client.allDefinitions(),
    ]);
    // An export leaves out what a vhost is described as on 3.x, and names its limits in another place since 4.
    const vhosts = await Promise.all(
      definitions.vhosts.map(async ({ name }) => {
        const [info = { name }, limits] = await Promise.all([client.vhost(name), client.vhostLimits(name)]);
        return [name, { info, limits }] as const;
      }),
    );
    const place = `RabbitMQ ${cluster.endpoint}`;
    const collector = readDefinitions(
      { ...definitions },
      { cluster: cluster.name, login: cluster.username, vhosts: new Map(vhosts), defaultQueueType, place },
    );
    collector.runs(version);
    return collector.found();
  } finally {
    client.close();
  }
}
