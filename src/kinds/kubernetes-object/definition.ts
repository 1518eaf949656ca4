import type { Kind, Reference } from "../kind.ts";
import { objectImpact } from "./impact.ts";
import { at, kubernetesKey, listAt, type Manifest, namespaceOf } from "./manifest.ts";

/** What holds data, or takes what holds data with it when it goes. */
const protectedKinds = new Set(["StatefulSet", "PersistentVolumeClaim", "Namespace"]);

/** An object in Kubernetes. People never write one by name; patterns declare them. */
export const kind: Kind<Manifest, Manifest> = {
  id: "kubernetes-object",
  broker: "kubernetes",
  noun: "Kubernetes object",
  declare: () => [],
  compile: ({ value }) => value,
  references: ({ cluster, value, mark }) => {
    const namespace = namespaceOf(value);
    const needed = neededBy(value).map(([type, name]): Reference => ({
      key: kubernetesKey(cluster, type, namespace, name),
      noun: type,
      name,
      mark,
      mustExist: false,
    }));
    if (namespace !== undefined) {
      needed.unshift({
        key: kubernetesKey(cluster, "Namespace", undefined, namespace),
        noun: "Namespace",
        name: namespace,
        mark,
        mustExist: false,
      });
    }
    return needed;
  },
  protects: (manifest) => protectedKinds.has(manifest.kind),
  takesAlong: ({ kind: type }) => type === "Namespace",
  impact: objectImpact,
};

/** The objects that the pods of a StatefulSet can't start without, as [kind, name]. */
function neededBy(manifest: Manifest): [string, string][] {
  if (manifest.kind !== "StatefulSet") return [];
  const pod = at(manifest, "spec", "template", "spec");
  const environment = listAt(pod, "containers").flatMap((container) => listAt(container, "env"));
  const found: [string, unknown][] = [
    ["Service", at(manifest, "spec", "serviceName")],
    ...listAt(pod, "volumes").map((volume): [string, unknown] => [
      "ConfigMap",
      at(volume, "configMap", "name"),
    ]),
    ...environment.map((variable): [string, unknown] => [
      "Secret",
      at(variable, "valueFrom", "secretKeyRef", "name"),
    ]),
  ];
  return found.filter((entry): entry is [string, string] => typeof entry[1] === "string");
}
