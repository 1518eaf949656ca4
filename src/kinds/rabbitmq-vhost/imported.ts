import type { ImportedFacet } from "../imported.ts";
import type { VhostSpec } from "./definition.ts";

export const imported: ImportedFacet<VhostSpec> = {
  type: () => "rabbitmq:index/vHost:VHost",
  imported: ({ name }) => ({ id: name }),
  // The rule vhost-setting-not-portable leaves the rest to whoever runs the broker.
  isUnsaid: (field) => field !== "name",
};
