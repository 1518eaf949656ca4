import { type KubernetesClient, openKubernetes } from "../brokers/kubernetes.ts";
import type { KubernetesCluster } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { isOurs, type Manifest } from "../kinds/kubernetes-object/manifest.ts";
import { mergePatch, projectOnto } from "../kinds/kubernetes-object/observe.ts";
import { withSecrets } from "../live/kubernetes-secret.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";

/** Told in a few words what was just written or deleted. */
type OnProgress = (step: string) => void;

/**
 * Makes and changes objects by server-side apply, each after those that it depends on. What would have to be replaced
 * must have been removed before. Throws BrokerError at the first object that is refused, when those written at the same
 * time are done; UsageError for a secret that is not set, before anything is written.
 */
export async function writeKubernetes(
  cluster: KubernetesCluster,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<void> {
  const steps = changes.flatMap(({ before, after }) => {
    if (!after) return [];
    // Fields that somebody changed by hand are taken back, but only on what is ours.
    return [
      {
        object: after,
        manifest: withSecrets(after.spec as Manifest, lookup),
        force: before !== undefined && isOurs(before.spec),
      },
    ];
  });
  await withClient(cluster, async (client) => {
    for (const wave of waves(steps)) {
      await all(wave, async ({ manifest, force }) => {
        await write(client, manifest, force);
        onProgress(`${manifest.kind} ${manifest.metadata.name}`);
      });
    }
  });
}

/** Deletes objects; pods go with their StatefulSet, volumes stay. What is already gone counts as deleted. */
export async function removeKubernetes(
  cluster: KubernetesCluster,
  _lookup: SecretLookup,
  objects: readonly PlanObject[],
): Promise<void> {
  const byStage = Map.groupBy(
    objects.map(({ spec }) => spec as Manifest),
    stageOf,
  );
  await withClient(cluster, async (client) => {
    for (const stage of removalStages) {
      await all(byStage.get(stage) ?? [], (manifest) => client.delete(manifest));
    }
  });
}

/** Nobody runs without what it needs, or unguarded: what uses the others goes first, what contains them last. */
const removalStages = ["StatefulSet", "others", "Namespace"];
const stageOf = ({ kind }: Manifest): string => (removalStages.includes(kind) ? kind : "others");

async function write(client: KubernetesClient, manifest: Manifest, force: boolean): Promise<void> {
  const written = (await client.apply(manifest, force)) as Manifest;
  // Server-side apply leaves alone what others added to a list or block of ours.
  const patch = mergePatch(projectOnto(manifest, written), manifest);
  if (Object.keys(patch).length > 0) await client.merge(manifest, patch);
}

async function withClient(
  cluster: KubernetesCluster,
  work: (client: KubernetesClient) => Promise<void>,
): Promise<void> {
  const client = await openKubernetes(cluster);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

/** Waits for all of them, and then throws what the first that failed threw. */
async function all<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

interface Step {
  readonly object: PlanObject;
}

/** Groups that can be written at a time: each needs only what is in the groups before it. */
function waves<T extends Step>(steps: readonly T[]): T[][] {
  const left = new Map(steps.map((step) => [step.object.key, step]));
  const result: T[][] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ object }) =>
      object.dependsOn.every((key) => key === object.key || !left.has(key)),
    );
    if (ready.length === 0) throw new Error("Kubernetes objects depend on each other in a circle.");
    for (const { object } of ready) left.delete(object.key);
    result.push(ready);
  }
  return result;
}
