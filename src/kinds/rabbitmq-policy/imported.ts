import { atVhost, type ImportedFacet } from "../imported.ts";
import type { PolicySpec } from "./definition.ts";

export const imported: ImportedFacet<PolicySpec> = {
  type: () => "rabbitmq:index/policy:Policy",
  imported: ({ name, vhost }) => atVhost(name, vhost),
};
