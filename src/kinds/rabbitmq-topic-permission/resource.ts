import { TopicPermissions } from "@pulumi/rabbitmq";
import { userKey, vhostKey } from "../key.ts";
import type { ResourceFacet } from "../resource.ts";
import type { TopicPermissionSpec } from "./definition.ts";

export const resource: ResourceFacet<TopicPermissionSpec> = {
  // One resource for all exchanges: the provider reads all that a user has in a vhost, so two would undo each other.
  register: (logicalName, { user, vhost, rights }, { cluster, nameOf, options }) =>
    new TopicPermissions(
      logicalName,
      {
        user: nameOf(userKey("rabbitmq", cluster, user), user),
        vhost: nameOf(vhostKey(cluster, vhost), vhost),
        permissions: rights,
      },
      { ...options, deleteBeforeReplace: true },
    ),
};
