import { hasOwnNames, isPrincipal } from "../environment/access.ts";
import type { ManagedAccess } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";
import { canonicalJson } from "../kinds/key.ts";
import type { DeclaredAccess, KafkaAccessFacet, ObservedAccess, RabbitmqAccessFacet } from "../kinds/live.ts";
import { lives } from "../kinds/lives.generated.ts";
import { otherSecret } from "../kinds/password.ts";
import type { PlanObject } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import type { JsonObject } from "../topology/json.ts";
import type { Hidden } from "./hidden.ts";
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
  observe(client: Client, declared: DeclaredAccess): Promise<readonly ObservedAccess[]>;
}

interface Cluster extends ManagedAccess {
  readonly name: string;
  /** Who Queueform is there. What it may do itself is no news. */
  readonly login: string | undefined;
}

/**
 * Users and rights on a cluster, also of kinds that the plan has nothing of any more. Where the files don't manage
 * access, who may do what is none of our business, and nothing is asked. What the login may not see goes to `hidden`.
 */
export async function readAccess<Client>(
  facets: ReadonlyMap<string, Observer<Client>>,
  client: Client,
  cluster: Cluster,
  desired: readonly PlanObject[],
  lookup: SecretLookup,
  hidden: Hidden,
): Promise<Reading> {
  const objects: PlanObject[] = [];
  const unchecked: Unchecked[] = [];
  if (cluster.access !== "managed") return { objects, unchecked };
  const { name } = cluster;
  const vhosts = new Set(desired.flatMap(vhostOf));
  for (const [kind, { unseen, observe }] of facets) {
    const own = desired.filter((object) => object.kind === kind);
    const specs = new Map(own.map(({ key, spec }) => [key, spec]));
    const observed = await hidden.unless(observe(client, { cluster: name, specs, vhosts }), own);
    for (const found of observed ?? []) {
      const { key, principal, concerns = false } = found;
      const wanted = specs.get(key);
      const isCandidate = isPrincipal(cluster, principal);
      if (!wanted && (principal === cluster.login || (!isCandidate && !concerns))) continue;
      const { spec, doubt } = checked(found, wanted, unseen, lookup);
      const isClaimed = isCandidate && hasOwnNames(cluster);
      objects.push({ kind, key, cluster: name, spec, ...(isClaimed && { addedBy: "apps" }), dependsOn: [] });
      if (doubt && wanted && canonicalJson(wanted) === canonicalJson(spec)) unchecked.push({ key, ...doubt });
    }
  }
  return { objects, unchecked };
}

const vhostOf = ({ kind, spec }: PlanObject): string | [] => {
  const vhost = kind === "rabbitmq-vhost" ? spec["name"] : spec["vhost"];
  return typeof vhost === "string" ? vhost : [];
};

/** Compares the password of a user without showing it. `doubt` says why it could not be compared; then it counts as equal. */
function checked(
  { spec, hasPassword }: ObservedAccess,
  wanted: JsonObject | undefined,
  unseen: string | undefined,
  lookup: SecretLookup,
): { readonly spec: JsonObject; readonly doubt?: Omit<Unchecked, "key"> } {
  const password = wanted?.["password"];
  if (typeof password !== "string" || !hasPassword)
    return { spec, ...(unseen !== undefined && { doubt: { reason: unseen, cause: "unreadable" } }) };
  try {
    return { spec: hasPassword(resolveSecret(password, lookup)) ? spec : { ...spec, password: otherSecret } };
  } catch (error) {
    if (error instanceof UsageError) return { spec, doubt: { reason: error.message, cause: "no-secret" } };
    throw error;
  }
}
