import type { RabbitmqAccessFacet } from "../live.ts";
import { permissionKey, type PermissionSpec } from "./definition.ts";

export const live: RabbitmqAccessFacet<PermissionSpec> = {
  broker: "rabbitmq",
  scope: "access",
  order: 1,
  goesWithDependencies: true,
  observe: async ({ access }, { cluster, vhosts }) =>
    (await access.permissions())
      .filter(({ vhost }) => vhosts.has(vhost))
      .map(({ user, vhost, configure, write, read }) => ({
        key: permissionKey(cluster, vhost, user),
        spec: { user, vhost, configure, write, read },
        principal: user,
        concerns: true,
      })),
  put: ({ access }, spec) => access.putPermission(spec),
  remove: ({ access }, { user, vhost }) => access.deletePermission(user, vhost),
};
