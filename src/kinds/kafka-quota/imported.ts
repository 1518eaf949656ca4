import type { ImportedFacet } from "../imported.ts";
import type { QuotaSpec } from "./definition.ts";

export const imported: ImportedFacet<QuotaSpec> = {
  type: () => "kafka:index/quota:Quota",
  imported: () => ({
    shows: {
      op: "create",
      why: "Pulumi's provider can't import quotas. The next `pulumi up` writes the same limits over those that are there.",
    },
  }),
};
