import { BrokerError } from "../brokers/error.ts";
import type { ClusterUse } from "./clusters.ts";
import type { Ailment } from "./connection.ts";

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
