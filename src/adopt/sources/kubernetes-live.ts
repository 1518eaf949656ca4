import { type KubernetesClient, openKubernetes } from "../../brokers/kubernetes.ts";
import type { KubernetesCluster } from "../../environment/environment.ts";
import { differingLeaves } from "../../kinds/kubernetes-object/leaves.ts";
import {
  at,
  isOurs,
  listAt,
  managedByLabel,
  managedByQueueform,
  type Manifest,
  manifestKey,
  namespaceOf,
} from "../../kinds/kubernetes-object/manifest.ts";
import { projectOnto } from "../../kinds/kubernetes-object/observe.ts";
import type { RedisServerValue } from "../../kinds/redis-server/value.ts";
import { settingsConfigMap } from "../../patterns/job-queues/config-map.ts";
import { redisManifests } from "../../patterns/redis/manifests.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Found } from "../found.ts";
import { deploymentWords, redisNameOf } from "../redis-deployment.ts";

/** What a Redis is made of, beside its namespace and its Secret. */
const ownTypes = [
  ["apps/v1", "StatefulSet"],
  ["v1", "ConfigMap"],
  ["v1", "Service"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
] as const;

/**
 * Every Redis that Queueform deployed to a Kubernetes cluster and that still is as its words make it; all others are named.
 * Throws BrokerError, also where the login may not look into all namespaces.
 */
export async function readKubernetes(cluster: KubernetesCluster): Promise<Found> {
  const place = `Kubernetes ${cluster.name}`;
  const client = await openKubernetes(cluster);
  try {
    const [ours, sets] = await Promise.all([
      ownObjects(client),
      client.list("apps/v1", "StatefulSet", undefined, ""),
    ]);
    const found = await Promise.all(
      ours
        .filter(({ kind }) => kind === "StatefulSet")
        .map((set) => readDeployment(client, cluster.name, place, set, ours)),
    );
    const foreign = sets.map((set) => set as Manifest).filter((set) => !isOurs(set) && runsRedis(set));
    return {
      objects: [...new Map(found.flatMap(({ objects }) => objects).map((one) => [one.key, one])).values()],
      notes: [
        ...found.flatMap(({ notes }) => notes),
        ...foreign.map((set) => ({
          place,
          about: "",
          text: `The StatefulSet "${set.metadata.name}" in the namespace "${namespaceOf(set)}" runs a Redis that Queueform did not deploy, and stays with what did. Its queues can be said all the same: as a Redis "on: external" that the stack file knows.`,
        })),
      ],
      versions: new Map(),
    };
  } finally {
    await client.close();
  }
}

async function ownObjects(client: KubernetesClient): Promise<Manifest[]> {
  const label = `${managedByLabel}=${managedByQueueform}`;
  const lists = await Promise.all(
    ownTypes.map(([version, kind]) => client.list(version, kind, undefined, label)),
  );
  return lists.flat().map((one) => one as Manifest);
}

const runsRedis = (set: Manifest): boolean =>
  listAt(set, "spec", "template", "spec", "containers").some((container) =>
    /(^|\/)(redis|valkey)/.test(String(at(container, "image"))),
  );

async function readDeployment(
  client: KubernetesClient,
  cluster: string,
  place: string,
  set: Manifest,
  ours: readonly Manifest[],
): Promise<Pick<Found, "objects" | "notes">> {
  const key = manifestKey(cluster, set);
  const namespace = namespaceOf(set) ?? "";
  const name = redisNameOf(set) ?? "";
  const own = ours.filter((one) => namespaceOf(one) === namespace && redisNameOf(one) === name);
  const around = await living(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  // What is being deleted is as good as gone.
  if ([set, around].some((one) => one?.metadata["deletionTimestamp"] !== undefined))
    return { objects: [], notes: [] };
  const present = [...(around && isOurs(around) ? [around] : []), ...own];
  const words = deploymentWords(name, cluster, present);
  const leave = (why: string): Pick<Found, "objects" | "notes"> => ({
    objects: [],
    notes: [{ place, about: "", key, text: `The Redis "${name}" in the namespace "${namespace}" ${why}` }],
  });
  if (!words) return leave("has a name that Queueform doesn't give. It was not taken over.");
  const value = words as unknown as RedisServerValue;
  const wanted = redisManifests(name, value);
  const settings = own.find(
    ({ kind, metadata }) =>
      kind === "ConfigMap" && metadata.name === settingsConfigMap(name, value).metadata.name,
  );
  const differences: string[] = [];
  const objects = await Promise.all(
    [...wanted, ...(settings ? [asDeclared(settings)] : [])].map(async (manifest): Promise<PlanObject> => {
      const is =
        manifest.kind === "Secret"
          ? await living(client, manifest)
          : present.find((one) => manifestKey(cluster, one) === manifestKey(cluster, manifest));
      differences.push(...differencesOf(manifest, is));
      return {
        kind: "kubernetes-object",
        key: manifestKey(cluster, manifest),
        cluster,
        spec: manifest,
        dependsOn: [],
      };
    }),
  );
  return differences.length === 0
    ? { objects, notes: [] }
    : leave(
        `is no longer as Queueform made it: ${differences.join(", ")}. No words say that, so it was not taken over. Set it back, or write down what it should become, and look at diff and drift.`,
      );
}

async function living(client: KubernetesClient, manifest: Manifest): Promise<Manifest | undefined> {
  return (await client.get(manifest)) as Manifest | undefined;
}

/** Without what only the server knows. */
const asDeclared = ({ apiVersion, kind, metadata: { name, namespace, labels }, data }: Manifest): Manifest =>
  ({ apiVersion, kind, metadata: { name, namespace, labels }, data }) as Manifest;

function differencesOf(wanted: Manifest, is: Manifest | undefined): string[] {
  const called = `${wanted.kind} ${wanted.metadata.name}`;
  if (!is) return [`${called} is missing`];
  // Nobody needs to see the password to know that there is one.
  if (wanted.kind === "Secret")
    return at(is, "data", "password") === undefined ? [`${called} has no password`] : [];
  return differingLeaves(wanted, projectOnto(wanted, is)).map(({ path }) => `${path} of ${called}`);
}
