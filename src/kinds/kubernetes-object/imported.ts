import type { ImportedFacet } from "../imported.ts";
import { type Manifest, namespaceOf } from "./manifest.ts";

/** Where the API server adds nothing that manifests don't say, so that what is imported is what was written. */
const asWritten = ["ConfigMap", "Secret", "NetworkPolicy", "PodDisruptionBudget"];

export const imported: ImportedFacet<Manifest> = {
  type: ({ apiVersion, kind }) =>
    `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`,
  imported: (manifest) => {
    const namespace = namespaceOf(manifest);
    const { name } = manifest.metadata;
    if (asWritten.includes(manifest.kind))
      return { id: namespace === undefined ? name : `${namespace}/${name}` };
    // An imported default counts as a setting that the program lacks: the provider would replace the object for it.
    const why =
      "An import would take the API server's defaults for settings, and replace the object to remove them. The next `pulumi up` takes it over in place instead, if PULUMI_K8S_UPSERT_EXISTING_OBJECTS is true.";
    return { shows: { op: "create", why } };
  },
  // The provider looks at what it has written, and leaves others what they add.
  isUnread: (_field, wanted) => wanted === undefined,
};
