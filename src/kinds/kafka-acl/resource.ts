import { Acl } from "@pulumi/kafka";
import type { ResourceFacet } from "../resource.ts";
import type { AclSpec } from "./definition.ts";

export const resource: ResourceFacet<AclSpec> = {
  register: (logicalName, spec, { options }) =>
    new Acl(
      logicalName,
      {
        aclPrincipal: spec.principal,
        aclHost: spec.host,
        aclOperation: spec.operation,
        aclPermissionType: spec.permission,
        aclResourceType: spec.resourceType,
        aclResourceName: spec.resourceName,
        resourcePatternTypeFilter: spec.patternType,
      },
      options,
    ),
};
