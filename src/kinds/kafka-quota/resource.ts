import { Quota } from "@pulumi/kafka";
import type { ResourceFacet } from "../resource.ts";
import type { QuotaSpec } from "./definition.ts";

export const resource: ResourceFacet<QuotaSpec> = {
  register: (logicalName, { user, limits }, { options }) =>
    new Quota(
      logicalName,
      {
        entityType: "user",
        entityName: user,
        // As texts, because the provider cuts fractions off numbers.
        config: Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)])),
      },
      // Any change is a replacement. The other order sets the new limits and then deletes them with the old ones.
      { ...options, deleteBeforeReplace: true },
    ),
};
