import { VHost } from "@pulumi/rabbitmq";
import type { ResourceFacet } from "../resource.ts";
import type { VhostSpec } from "./definition.ts";

/** The provider (3.3.8) knows a vhost by its name alone; the rule vhost-setting-not-portable refuses the rest. */
export const resource: ResourceFacet<VhostSpec> = {
  register: (logicalName, { name }, { options }) => new VHost(logicalName, { name }, options),
};
