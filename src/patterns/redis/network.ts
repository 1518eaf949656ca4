import type { Manifest } from "../../kinds/kubernetes-object/manifest.ts";
import type { RedisDeployment } from "./manifests.ts";

/** The Service that gives the pod its own name, and the one that clients connect to. */
export function services({ metadata, headlessName, podLabels }: RedisDeployment): Manifest[] {
  const ports = [{ name: "redis", port: 6379, targetPort: "redis", protocol: "TCP" }];
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, name: headlessName },
      spec: { clusterIP: "None", ports, selector: podLabels },
    },
    { apiVersion: "v1", kind: "Service", metadata, spec: { type: "ClusterIP", ports, selector: podLabels } },
  ];
}

/** Nobody but pods with the labels in `allowFrom`, of whatever namespace, gets through to Redis. */
export function networkPolicy({ name, metadata, podLabels, value }: RedisDeployment): Manifest {
  const matchLabels = { ...(value.allowFrom ?? { "queueform.dev/redis-client": name }) };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: {
      podSelector: { matchLabels: podLabels },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: {}, podSelector: { matchLabels } }],
          ports: [{ protocol: "TCP", port: 6379 }],
        },
      ],
    },
  };
}
