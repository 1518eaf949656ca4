import { isObject, type JsonObject } from "../../topology/json.ts";
import type { StateFacet } from "../state.ts";
import type { Manifest } from "./manifest.ts";

export const state: StateFacet<Manifest> = {
  isType: (type) => type.startsWith("kubernetes:"),
  specOf: (inputs) => {
    const { metadata } = inputs;
    if (!isObject(metadata) || typeof metadata["name"] !== "string") return undefined;
    if (typeof inputs["kind"] !== "string" || typeof inputs["apiVersion"] !== "string") return undefined;
    return { ...(inputs as Manifest), metadata: withoutOurAnnotations(metadata as Manifest["metadata"]) };
  },
};

/** resource.ts adds annotations that only tell the provider how to wait. */
function withoutOurAnnotations({ annotations, ...metadata }: Manifest["metadata"]): Manifest["metadata"] {
  if (!isObject(annotations)) return metadata;
  const left = Object.entries(annotations).filter(([name]) => !name.startsWith("pulumi.com/"));
  return left.length === 0 ? metadata : { ...metadata, annotations: Object.fromEntries(left) as JsonObject };
}
