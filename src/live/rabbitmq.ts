import { RabbitmqClient } from "../brokers/rabbitmq.ts";
import { readAuthority } from "../environment/authority.ts";
import type { RabbitmqCluster } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";
import { vhostKey } from "../kinds/key.ts";
import type { RabbitmqFacet, VhostState } from "../kinds/live.ts";
import type { PolicyTarget } from "../kinds/rabbitmq-policy/definition.ts";
import { lives } from "../kinds/lives.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import { rabbitmqAccessFacets, readAccess } from "./access.ts";
import { queuesAtStake } from "./at-stake.ts";
import { rabbitmqAilments } from "./rabbitmq-health.ts";
import type { Connection, OperatorPolicy } from "./connection.ts";
import { Hidden } from "./hidden.ts";
import { rabbitmqWords } from "./own-words.ts";

/** Throws UsageError when the password or the certificate file can't be found. */
export function openRabbitmq(
  { endpoint, username, password, caFile, timeout }: RabbitmqCluster,
  lookup: SecretLookup,
): RabbitmqClient {
  return new RabbitmqClient({
    endpoint,
    username,
    password: resolveSecret(password, lookup),
    ...(caFile !== undefined && { ca: readAuthority(caFile) }),
    ...(timeout !== undefined && { timeout }),
  });
}

export const rabbitmqFacets: ReadonlyMap<string, RabbitmqFacet> = new Map(
  Object.entries(lives).flatMap(([kind, facet]) =>
    facet.broker === "rabbitmq" && facet.scope === undefined ? [[kind, facet] as const] : [],
  ),
);

export function connectRabbitmq(cluster: RabbitmqCluster, lookup: SecretLookup): Connection {
  const client = openRabbitmq(cluster, lookup);
  return {
    broker: "rabbitmq",
    cluster: cluster.name,
    probe: async () => {
      const { clusterName, version } = await client.overview();
      return { identity: clusterName, version };
    },
    read: async (desired) => {
      const declared = new Map(desired.map((object) => [object.key, object]));
      const hidden = new Hidden();
      const inVhosts = desired.filter(({ kind }) => rabbitmqFacets.has(kind));
      const groups = Map.groupBy(inVhosts, ({ spec }) => String(spec["vhost"] ?? spec["name"]));
      const vhosts = await readVhosts(
        client,
        groups,
        (name) => declared.get(vhostKey(cluster.name, name)),
        hidden,
      );
      const access = await readAccess(
        rabbitmqAccessFacets,
        client,
        { ...cluster, login: cluster.username },
        desired,
        lookup,
        hidden,
      );
      const objects = vhosts.flatMap((vhost) => objectsIn(vhost, cluster.name, declared, hidden));
      return {
        objects: [...objects, ...access.objects],
        unchecked: [...access.unchecked, ...hidden.unchecked],
        problems: hidden.problems,
        operatorPolicies: vhosts.flatMap((vhost) => operatorPoliciesIn(vhost, cluster.name)),
      };
    },
    messagesIn: async ({ kind, spec }) => rabbitmqFacets.get(kind)?.messagesIn?.(client, spec),
    ailments: (desired) => rabbitmqAilments(client, cluster.name, desired),
    atStake: (objects) => queuesAtStake(objects, client),
    deadLettersIn: ({ spec }) => client.deadLettersIn(String(spec["vhost"]), String(spec["name"])),
    inOwnWords: (objects) => rabbitmqWords(client, cluster.name, objects),
    close: async () => client.close(),
  };
}

/**
 * Those vhosts that exist and may be seen. What only declared ones are compared by is read only for those; it may be
 * hidden by itself.
 */
async function readVhosts(
  client: RabbitmqClient,
  groups: ReadonlyMap<string, readonly PlanObject[]>,
  declaredVhost: (name: string) => PlanObject | undefined,
  hidden: Hidden,
): Promise<VhostState[]> {
  const names = [...groups.keys()];
  const [overview, ...found] = await Promise.all([
    names.some(declaredVhost) ? client.overview() : undefined,
    ...[...groups].map(async ([name, own]) => {
      const vhost = declaredVhost(name);
      const [definitions, settings] = await Promise.all([
        hidden.unless(client.definitions(name), own),
        vhost && hidden.unless(Promise.all([client.vhost(name), client.vhostLimits(name)]), [vhost]),
      ]);
      return { name, definitions, settings };
    }),
  ]);
  const defaultQueueType = overview?.defaultQueueType ?? "classic";
  return found.flatMap(({ name, definitions, settings: [info = { name }, limits = {}] = [] }) =>
    definitions ? [{ definitions, info, limits, defaultQueueType }] : [],
  );
}

function operatorPoliciesIn({ info, definitions }: VhostState, cluster: string): OperatorPolicy[] {
  return (definitions.parameters ?? []).flatMap((parameter) => {
    if (parameter.component !== "operator_policy") return [];
    const { name, value } = parameter;
    const { "apply-to": applyTo, ...policy } = value;
    return [{ cluster, spec: { ...policy, vhost: info.name, name, applyTo: applyTo as PolicyTarget } }];
  });
}

function objectsIn(
  vhost: VhostState,
  cluster: string,
  declared: ReadonlyMap<string, PlanObject>,
  hidden: Hidden,
): PlanObject[] {
  return [...rabbitmqFacets].flatMap(([kind, facet]) =>
    facet
      .observe(vhost, cluster, (key) => declared.get(key)?.spec)
      .filter(({ key }) => (facet.onlyDeclared === undefined || declared.has(key)) && !hidden.has(key))
      .map(({ key, spec }): PlanObject => ({ kind, key, cluster, spec, dependsOn: [] })),
  );
}
