import { Permissions } from "@pulumi/rabbitmq";
import { userKey, vhostKey } from "../key.ts";
import type { ResourceFacet } from "../resource.ts";
import type { PermissionSpec } from "./definition.ts";

export const resource: ResourceFacet<PermissionSpec> = {
  // A user or vhost that is made anew comes without permissions. As their names are outputs here, so is this.
  register: (logicalName, { user, vhost, ...permissions }, { cluster, nameOf, options }) =>
    new Permissions(
      logicalName,
      {
        user: nameOf(userKey("rabbitmq", cluster, user), user),
        vhost: nameOf(vhostKey(cluster, vhost), vhost),
        permissions,
      },
      // The other order would write the new one and then delete it with the old one: the broker has one per user and vhost.
      { ...options, deleteBeforeReplace: true },
    ),
};
