import kubernetes from "@pulumi/kubernetes";
import type { KubernetesCluster } from "../environment/environment.ts";
import { pluginPath } from "./plugin-path.ts";

export function kubernetesProvider(name: string, cluster: KubernetesCluster): kubernetes.Provider {
  return new kubernetes.Provider(name, {
    ...(cluster.kubeconfig !== undefined && { kubeconfig: pluginPath(cluster.kubeconfig) }),
    ...(cluster.context !== undefined && { context: cluster.context }),
    // Tells the provider that a changed kubeconfig still means the same cluster: it would replace every object otherwise.
    ...(cluster.identity !== undefined && { clusterIdentifier: cluster.identity }),
    enableServerSideApply: true,
    // A new redis.conf then changes its ConfigMap in place; it would replace it, and with it what refers to it, otherwise.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // What somebody changed by hand is set back, as on every other broker; the provider stops at the conflict otherwise.
    enablePatchForce: true,
  });
}
