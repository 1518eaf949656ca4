import { isObject, type Json, type JsonObject } from "../../topology/json.ts";
import { keyOf } from "../key.ts";

/** A Kubernetes object as YAML writes it. */
export type Manifest = JsonObject & {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string };
};

/** Who made an object, as Kubernetes tools expect it; also how Queueform finds its own again. */
export const managedByLabel = "app.kubernetes.io/managed-by";
export const managedByQueueform = "queueform";

export function kubernetesKey(
  cluster: string,
  kind: string,
  namespace: string | undefined,
  name: string,
): string {
  return keyOf("kubernetes", cluster, kind, namespace ?? "-", name);
}

/** undefined for what lives in no namespace, such as a namespace. */
export function namespaceOf(manifest: Manifest): string | undefined {
  const { namespace } = manifest.metadata;
  return typeof namespace === "string" ? namespace : undefined;
}

export function manifestKey(cluster: string, manifest: Manifest): string {
  return kubernetesKey(cluster, manifest.kind, namespaceOf(manifest), manifest.metadata.name);
}

/** Whether Queueform made the object, or somebody handed it over by giving it the label. */
export function isOurs(manifest: JsonObject): boolean {
  return at(manifest, "metadata", "labels", managedByLabel) === managedByQueueform;
}

/** The value at a path, or undefined. */
export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let current: unknown = value;
  for (const step of path) current = isObject(current) ? current[step] : undefined;
  return current as Json | undefined;
}

/** The elements of a list at a path; [] where there is none. */
export function listAt(value: Json | undefined, ...path: string[]): Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}
