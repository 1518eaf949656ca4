import { openKubernetes, type KubernetesClient, type KubernetesObject } from "../brokers/kubernetes.ts";
import type { KubernetesCluster } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import {
  type Manifest,
  managedByLabel,
  managedByQueueform,
  manifestKey,
  namespaceOf,
} from "../kinds/kubernetes-object/manifest.ts";
import { projectOnto, trimmed } from "../kinds/kubernetes-object/observe.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Connection, Reading, Unchecked } from "./connection.ts";
import { Hidden } from "./hidden.ts";
import { observeSecret } from "./kubernetes-secret.ts";

/** What patterns make inside a namespace: where to look for objects that nobody declares any more. */
const ownTypes = [
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["v1", "Service"],
  ["apps/v1", "StatefulSet"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
] as const;

/** Reads the kubeconfig; the cluster is asked by the methods. Throws BrokerError when there are no usable credentials. */
export async function connectKubernetes(
  cluster: KubernetesCluster,
  lookup: SecretLookup,
): Promise<Connection> {
  const client = await openKubernetes(cluster);
  return {
    broker: "kubernetes",
    cluster: cluster.name,
    probe: async () => {
      const [version, identity] = await Promise.all([client.version(), client.uid()]);
      return { identity, version: version.replace(/^v/, "") };
    },
    read: (desired) => readObjects(client, cluster.name, desired, lookup),
    close: () => client.close(),
  };
}

async function readObjects(
  client: KubernetesClient,
  cluster: string,
  desired: readonly PlanObject[],
  lookup: SecretLookup,
): Promise<Reading> {
  const declared = new Map(
    desired.flatMap((object) => (object.kind === "kubernetes-object" ? [[object.key, object] as const] : [])),
  );
  const hidden = new Hidden();
  const living = await livingObjects(client, cluster, declared, hidden);
  const objects: PlanObject[] = [];
  const unchecked: Unchecked[] = [];
  for (const [key, manifest] of living) {
    const wanted = declared.get(key)?.spec as Manifest | undefined;
    const observe = (spec: Manifest): void =>
      void objects.push({ kind: "kubernetes-object", key, cluster, spec, dependsOn: [] });
    if (!wanted) {
      observe(trimmed(manifest));
    } else if (wanted.kind === "Secret") {
      const { stringData, unchecked: reason } = observeSecret(wanted, manifest, lookup);
      observe({ ...projectOnto(wanted, manifest), stringData });
      if (reason !== undefined) unchecked.push({ key, reason, cause: "no-secret" });
    } else {
      observe(projectOnto(wanted, manifest));
    }
  }
  return { objects, unchecked: [...unchecked, ...hidden.unchecked], problems: hidden.problems };
}

/** What is there of the declared objects, and what carries our label beside them, by key. */
async function livingObjects(
  client: KubernetesClient,
  cluster: string,
  declared: ReadonlyMap<string, PlanObject>,
  hidden: Hidden,
): Promise<Map<string, Manifest>> {
  const namespaces = new Set(
    [...declared.values()].flatMap(({ spec }) => namespaceOf(spec as Manifest) ?? []),
  );
  const label = `${managedByLabel}=${managedByQueueform}`;
  const lists = await Promise.all(
    [...namespaces].flatMap((namespace) =>
      ownTypes.map(([apiVersion, kind]) =>
        // Those that are declared are asked for one by one below: an account may be allowed that alone.
        hidden.unless(client.list(apiVersion, kind, namespace, label), []),
      ),
    ),
  );
  const found = new Map<string, Manifest>();
  const add = (object: KubernetesObject | undefined): void => {
    const manifest = object as Manifest | undefined;
    // What is being deleted is as good as gone, and can't be kept by writing to it.
    if (manifest && manifest.metadata["deletionTimestamp"] === undefined)
      found.set(manifestKey(cluster, manifest), manifest);
  };
  for (const object of lists.flatMap((list) => list ?? [])) add(object);
  // Namespaces themselves, and what exists without our label: made by hand, or not there at all.
  const others = [...declared.values()].filter(({ key }) => !found.has(key));
  const asked = await Promise.all(
    others.map((object) => hidden.unless(client.get(object.spec as Manifest), [object])),
  );
  for (const object of asked) add(object);
  return found;
}
