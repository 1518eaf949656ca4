import { atVhost, type ImportedFacet } from "../imported.ts";
import type { PermissionSpec } from "./definition.ts";

export const imported: ImportedFacet<PermissionSpec> = {
  type: () => "rabbitmq:index/permissions:Permissions",
  imported: ({ user, vhost }) => atVhost(user, vhost),
};
