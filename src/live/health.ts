import { BrokerError } from "../brokers/error.ts";
import { type ClusterUse, placeOf } from "./clusters.ts";
import type { Ailment } from "./connection.ts";
import type { Drift } from "./drift.ts";

/**
 * What is not well on the clusters of a plan though it is configured as declared. Never throws for a cluster: one that
 * can't be asked is an ailment itself.
 */
export async function ailmentsOf(uses: readonly ClusterUse[]): Promise<Ailment[]> {
  const found = await Promise.all(
    uses.map(async ({ broker, cluster, desired, connection }): Promise<readonly Ailment[]> => {
      try {
        return (await connection?.ailments?.(desired)) ?? [];
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        return [{ broker, cluster, check: "not-asked", sentence: error.message }];
      }
    }),
  );
  return found.flat();
}

/** Clusters that answered and have nothing of all that is declared there: perhaps they are the wrong ones. */
export function emptyClusters({ clusters, missing }: Drift): Ailment[] {
  const lost = Map.groupBy(missing, placeOf);
  return clusters.flatMap(({ broker, cluster, state, declared }): Ailment[] => {
    const all = lost.get(JSON.stringify([broker, cluster]))?.length === declared;
    if (state !== "read" || !all) return [];
    const sentence =
      "Nothing of what the files declare is there. Unless it was never rolled out, look first whether this is the right cluster: queueform target, and the names of cluster and vhost in the files.";
    return [{ broker, cluster, check: "nothing-there", sentence }];
  });
}
