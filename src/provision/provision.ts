import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment/environment.ts";
import { resolveSecret, resolveSecrets, type SecretLookup, secretName } from "../environment/secrets.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import { keyOf } from "../kinds/key.ts";
import type { NamedResource, ResourceFacet } from "../kinds/resource.ts";
import { resources } from "../kinds/resources.generated.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { inDependencyOrder } from "./order.ts";
import { protectedKeys } from "./protection.ts";
import { createProvider } from "./providers.ts";

/**
 * Registers every object of the plan with Pulumi, under its key as logical name and on the provider of its cluster.
 * `replaceable` are the keys of protected objects that may be replaced now.
 * Throws RunError or UsageError, before anything is registered, for what only a person can put right.
 */
export async function provision(
  plan: Plan,
  environment: Environment,
  lookup: SecretLookup,
  replaceable: ReadonlySet<string> = new Set(),
): Promise<void> {
  const protect = protectedKeys(plan, replaceable);
  const facets = await loadFacets(plan.objects);
  const objects = inDependencyOrder(plan.objects.filter(({ kind }) => facets.has(kind)));
  // A secret that is missing has to stop the run now, not after half of the objects are there.
  for (const { spec } of objects) resolveSecrets(spec, lookup);
  const providers = await createProviders(objects, environment, lookup);
  const registered = new Map<string, NamedResource>();
  const register = ({ kind, key, cluster, spec, dependsOn }: PlanObject): NamedResource =>
    facets.get(kind)!.register(key, spec, {
      cluster,
      options: {
        provider: providers.get(providerName(kind, cluster))!,
        protect: protect.has(key),
        dependsOn: dependsOn.flatMap((needed) => registered.get(needed) ?? []),
      },
      awaitReady: environment.clusters.kubernetes.get(cluster)?.await ?? true,
      nameOf: (named, name) => registered.get(named)?.name ?? name,
      secret: (text) => (secretName(text) === undefined ? text : pulumi.secret(resolveSecret(text, lookup))),
    });
  const restoreStackTraces = stopStackTraces();
  try {
    for (const object of objects) registered.set(object.key, register(object));
  } catch (error) {
    restoreStackTraces();
    throw error;
  }
  // Registration goes on after this function has returned.
  pulumi.all([...registered.values()].map(({ urn }) => urn)).apply(restoreStackTraces);
}

/** Only what the plan needs: each facet brings the SDK of its broker. */
async function loadFacets(objects: readonly PlanObject[]): Promise<Map<string, ResourceFacet>> {
  const used = [...new Set(objects.map(({ kind }) => kind))];
  const loaded = await Promise.all(used.map(async (kind) => [kind, await resources[kind]?.()] as const));
  return new Map(loaded.flatMap(([kind, facet]) => (facet ? [[kind, facet]] : [])));
}

const providerName = (kind: string, cluster: string): string => keyOf(kinds[kind]!.broker, cluster);

async function createProviders(
  objects: readonly PlanObject[],
  { clusters }: Environment,
  lookup: SecretLookup,
) {
  const providers = new Map<string, pulumi.ProviderResource>();
  for (const { kind, cluster } of objects) {
    const name = providerName(kind, cluster);
    if (!providers.has(name)) {
      providers.set(name, await createProvider(name, kinds[kind]!.broker, cluster, clusters, lookup));
    }
  }
  return providers;
}

/** The SDK notes for each resource where it was created, which takes half of the time and always says this file. */
function stopStackTraces(): () => void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = limit;
  };
}
