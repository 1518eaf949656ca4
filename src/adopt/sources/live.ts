import { BrokerError } from "../../brokers/error.ts";
import type { Environment } from "../../environment/environment.ts";
import type { SecretLookup } from "../../environment/secrets.ts";
import { keyOf } from "../../kinds/key.ts";
import type { Broker } from "../../kinds/kind.ts";
import { checkTargets } from "../../live/targets.ts";
import { type Found, together } from "../found.ts";

/** Reads all of one cluster of an environment. Throws BrokerError when it can't be asked. */
type LiveSource = (environment: Environment, cluster: string, lookup: SecretLookup) => Promise<Found>;

/** How each broker is read, loaded only when it is: a broker without an entry is left out, and said to be. */
const liveSources: Partial<Record<Broker, LiveSource>> = {
  rabbitmq: async ({ clusters }, cluster, lookup) =>
    (await import("./rabbitmq-live.ts")).readRabbitmq(clusters.rabbitmq.get(cluster)!, lookup),
};

/** A kind of each broker: enough to ask who a cluster is. */
const probes: Partial<Record<Broker, string>> = { rabbitmq: "rabbitmq-vhost" };

/**
 * Reads every cluster of an environment that can be read. Each is asked first who it is: an import from the wrong one would
 * be taken for the truth. Throws BrokerError when one can't be reached or is another one than the stack file says.
 */
export async function readLive(environment: Environment, lookup: SecretLookup): Promise<Found> {
  const wanted = Object.entries(liveSources).flatMap(([name, read]) => {
    const broker = name as Broker;
    return [...environment.clusters[broker].values()]
      .filter(({ reach }) => reach !== "none")
      .map((cluster) => ({ broker, cluster: cluster.name, read }));
  });
  const objects = wanted.map(({ broker, cluster }) => ({
    kind: probes[broker]!,
    key: keyOf(broker, cluster),
    cluster,
    spec: {},
    dependsOn: [],
  }));
  const targets = await checkTargets(environment, { objects }, lookup);
  const problem = targets.find((target) => target.problem !== undefined)?.problem;
  if (problem !== undefined) throw new BrokerError(problem);
  const found = await Promise.all(wanted.map(({ cluster, read }) => read(environment, cluster, lookup)));
  return together(found);
}
