import type { RabbitmqAccessFacet } from "../live.ts";
import { permissionKey, type PermissionSpec } from "./definition.ts";

export const live: RabbitmqAccessFacet<PermissionSpec> = {
  broker: "rabbitmq",
  scope: "access",
  order: 1,
  goesWithDependencies: true,
  observe: async ({ access }, cluster, desired) => {
    const vhosts = new Set([...desired.values()].map(({ vhost }) => vhost));
    // Who else may use a vhost of ours is worth knowing; that we may is no news.
    return (await access.permissions())
      .filter(({ vhost, user }) => vhosts.has(vhost) && user !== access.login)
      .map(({ user, vhost, configure, write, read }) => ({
        key: permissionKey(cluster, vhost, user),
        spec: { user, vhost, configure, write, read },
      }));
  },
  put: ({ access }, spec) => access.putPermission(spec),
  remove: ({ access }, { user, vhost }) => access.deletePermission(user, vhost),
};
