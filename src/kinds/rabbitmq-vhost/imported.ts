import type { ImportedFacet } from "../imported.ts";
import type { VhostSpec } from "./definition.ts";

export const imported: ImportedFacet<VhostSpec> = {
  type: () => "rabbitmq:index/vHost:VHost",
  imported: ({ name }) => ({ id: name }),
  isUnread: (field) => field !== "name",
};
