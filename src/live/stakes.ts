import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { BrokerError } from "../brokers/error.ts";
import type { AtStake, Change } from "../review/changes.ts";
import { type ClusterUse, withClusters } from "./clusters.ts";
import { probeAll, type Target } from "./targets.ts";

export interface WithStakes {
  readonly changes: readonly Change[];
  /** Clusters that could not be asked, and why. */
  readonly problems: readonly Target[];
}

/**
 * Adds to each change that can harm what is there what the broker holds now. Brokers are asked who they are first:
 * the numbers of another one would be worse than none. Never throws for a cluster.
 */
export function withStakes(
  changes: readonly Change[],
  environment: Environment,
  lookup: SecretLookup,
): Promise<WithStakes> {
  const objects = changes.flatMap(({ impact, before }) =>
    before && impact !== "safe" && impact !== "documentation" ? [before] : [],
  );
  return withClusters({ objects }, environment, lookup, async (uses) => {
    const targets = await probeAll(uses, environment);
    const asked = await Promise.all(
      uses.map((use, index) => (targets[index]?.problem === undefined ? ask(use) : noStakes)),
    );
    const found = new Map(asked.flatMap(({ stakes }) => [...stakes]));
    return {
      changes: changes.map((change) => {
        const atStake = found.get(change.key);
        return atStake ? { ...change, atStake } : change;
      }),
      problems: [
        ...targets.filter(({ problem }) => problem !== undefined),
        ...asked.flatMap(({ problem }) => problem ?? []),
      ],
    };
  });
}

interface Asked {
  readonly stakes: ReadonlyMap<string, AtStake>;
  readonly problem?: Target;
}

const noStakes: Asked = { stakes: new Map() };

async function ask({ broker, cluster, desired, connection }: ClusterUse): Promise<Asked> {
  if (!connection?.atStake) return noStakes;
  try {
    return { stakes: await connection.atStake(desired) };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { ...noStakes, problem: { broker, cluster, problem: error.message } };
  }
}
