import { type Manifest, manifestKey } from "../kinds/kubernetes-object/manifest.ts";
import type { RedisServerValue } from "../kinds/redis-server/value.ts";
import type { Declaration } from "../topology/file.ts";
import type { Pattern } from "./pattern.ts";
import { redisManifests } from "./redis/manifests.ts";

/** A Redis `on: kubernetes` becomes the Kubernetes objects that run it; an external one stays what it is. */
export const pattern: Pattern = {
  id: "redis",
  expand: (declarations) => {
    const seen = new Set<string>();
    return declarations.flatMap((declaration) => {
      if (declaration.kind !== "redis-server") return [declaration];
      const server = declaration as Declaration<RedisServerValue>;
      return server.value.on === "kubernetes" ? objectsOf(server, seen) : [declaration];
    });
  },
};

/** `seen` holds the keys of the namespaces and StatefulSets that came before. */
function objectsOf(
  { file, cluster, name, value, mark }: Declaration<RedisServerValue>,
  seen: Set<string>,
): Declaration<Manifest>[] {
  const manifests = redisManifests(name, value);
  const main = manifests.filter(({ kind }) => kind === "StatefulSet");
  // Declared twice by mistake: that is one thing to complain about, not one for each object.
  const isRepeated = main.some((manifest) => seen.has(manifestKey(cluster, manifest)));
  return (isRepeated ? main : manifests).flatMap((manifest) => {
    const key = manifestKey(cluster, manifest);
    // Several deployments may ask for the same namespace.
    if (manifest.kind === "Namespace" && seen.has(key)) return [];
    if (manifest.kind === "Namespace" || manifest.kind === "StatefulSet") seen.add(key);
    // The StatefulSet is what the person wrote down; the rest comes with it.
    const addedBy = manifest.kind === "StatefulSet" ? {} : { addedBy: "redis" };
    return [
      {
        file,
        kind: "kubernetes-object",
        key,
        cluster,
        name: manifest.metadata.name,
        value: manifest,
        mark,
        ...addedBy,
      },
    ];
  });
}
