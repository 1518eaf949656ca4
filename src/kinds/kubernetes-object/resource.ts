import kubernetes from "@pulumi/kubernetes";
import type { CustomResource, CustomResourceOptions, Input, Inputs } from "@pulumi/pulumi";
import { isObject, type Json, type JsonObject } from "../../topology/json.ts";
import type { ResourceContext, ResourceFacet } from "../resource.ts";
import type { Manifest } from "./manifest.ts";

type Create = (name: string, manifest: Inputs, options: CustomResourceOptions) => CustomResource;
type ResourceClass<Args> = new (name: string, args: Args, options: CustomResourceOptions) => CustomResource;

/** The arguments of every class are a manifest without its apiVersion and kind. */
function creates<Args>(Class: ResourceClass<Args>): Create {
  return (name, manifest, options) => new Class(name, manifest as Args, options);
}

const { apps, core, networking, policy } = kubernetes;

/** By apiVersion and kind: what patterns make. */
const resources: Readonly<Record<string, Create>> = {
  "v1 Namespace": creates(core.v1.Namespace),
  "v1 ConfigMap": creates(core.v1.ConfigMap),
  "v1 Secret": creates(core.v1.Secret),
  "v1 Service": creates(core.v1.Service),
  "apps/v1 StatefulSet": creates(apps.v1.StatefulSet),
  "policy/v1 PodDisruptionBudget": creates(policy.v1.PodDisruptionBudget),
  "networking.k8s.io/v1 NetworkPolicy": creates(networking.v1.NetworkPolicy),
};

export const resource: ResourceFacet<Manifest> = {
  register: (logicalName, { apiVersion, kind, ...manifest }, { awaitReady, options, secret }) => {
    const create = resources[`${apiVersion} ${kind}`];
    if (!create) throw new Error(`There is no Pulumi resource for ${apiVersion} ${kind}.`);
    const complete = {
      ...manifest,
      metadata: annotated(manifest.metadata, annotationsFor(kind, awaitReady)),
    };
    return create(logicalName, withSecrets(complete, secret), options);
  },
};

/** What the provider is told about waiting. It waits for nothing but Services and StatefulSets. */
function annotationsFor(kind: string, awaitReady: boolean): Record<string, string> {
  const skipAwait = { "pulumi.com/skipAwait": "true" };
  // A Service is ready when its pods are, which their StatefulSet waits for; and that may need the Service first.
  if (kind === "Service") return skipAwait;
  if (kind !== "StatefulSet" || awaitReady) return {};
  // Nor is the end of a deletion waited for then. One that is made anew would meet the old one, were that not gone at once.
  return { ...skipAwait, "pulumi.com/deletionPropagationPolicy": "background" };
}

function annotated(metadata: JsonObject, added: Record<string, string>): JsonObject {
  if (Object.keys(added).length === 0) return metadata;
  const annotations = isObject(metadata["annotations"]) ? metadata["annotations"] : {};
  return { ...metadata, annotations: { ...annotations, ...added } };
}

function withSecrets(values: JsonObject, secret: ResourceContext["secret"]): Inputs {
  const replace = (value: Json): Input<unknown> => {
    if (typeof value === "string") return secret(value);
    if (Array.isArray(value)) return value.map(replace);
    return isObject(value) ? withSecrets(value, secret) : value;
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, replace(value)]));
}
