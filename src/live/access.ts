import { canonicalJson } from "../kinds/key.ts";
import type { KafkaAccessFacet, RabbitmqAccessFacet } from "../kinds/live.ts";
import { lives } from "../kinds/lives.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { JsonObject } from "../topology/json.ts";
import type { Reading, Unchecked } from "./connection.ts";

export const rabbitmqAccessFacets: ReadonlyMap<string, RabbitmqAccessFacet> = new Map(
  Object.entries(lives).flatMap(([kind, facet]) =>
    facet.broker === "rabbitmq" && facet.scope === "access" ? [[kind, facet] as const] : [],
  ),
);

export const kafkaAccessFacets: ReadonlyMap<string, KafkaAccessFacet> = new Map(
  Object.entries(lives).flatMap(([kind, facet]) =>
    facet.broker === "kafka" && facet.scope === "access" ? [[kind, facet] as const] : [],
  ),
);

interface Observer<Client> {
  readonly unseen?: string;
  observe(
    client: Client,
    cluster: string,
    desired: ReadonlyMap<string, JsonObject>,
  ): Promise<readonly { readonly key: string; readonly spec: JsonObject }[]>;
}

/**
 * Users and rights on a cluster. A kind that the plan has nothing of isn't asked for: where the files don't manage access,
 * who may do what is none of our business.
 */
export async function readAccess<Client>(
  facets: ReadonlyMap<string, Observer<Client>>,
  client: Client,
  cluster: string,
  desired: readonly PlanObject[],
): Promise<Reading> {
  const objects: PlanObject[] = [];
  const unchecked: Unchecked[] = [];
  for (const [kind, { unseen, observe }] of facets) {
    const own = new Map(desired.filter((object) => object.kind === kind).map(({ key, spec }) => [key, spec]));
    if (own.size === 0) continue;
    for (const { key, spec } of await observe(client, cluster, own)) {
      objects.push({ kind, key, cluster, spec, dependsOn: [] });
      const wanted = own.get(key);
      if (unseen !== undefined && wanted && canonicalJson(wanted) === canonicalJson(spec))
        unchecked.push({ key, reason: unseen });
    }
  }
  return { objects, unchecked };
}
