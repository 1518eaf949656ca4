import type { RabbitmqAccessFacet } from "../live.ts";
import { topicPermissionKey, type TopicPermissionSpec } from "./definition.ts";

export const live: RabbitmqAccessFacet<TopicPermissionSpec> = {
  broker: "rabbitmq",
  scope: "access",
  order: 1,
  goesWithDependencies: true,
  observe: async ({ access }, { cluster, vhosts }) => {
    const found = (await access.topicPermissions()).filter(({ vhost }) => vhosts.has(vhost));
    return [...Map.groupBy(found, ({ vhost, user }) => topicPermissionKey(cluster, vhost, user))].map(
      ([key, entries]) => ({
        key,
        principal: entries[0]!.user,
        concerns: true,
        spec: {
          user: entries[0]!.user,
          vhost: entries[0]!.vhost,
          rights: entries
            .map(({ exchange, write, read }) => ({ exchange, write, read }))
            .toSorted((a, b) => (a.exchange < b.exchange ? -1 : 1)),
        },
      }),
    );
  },
  put: async ({ access }, { user, vhost, rights }, before) => {
    for (const right of rights) await access.putTopicPermission({ user, vhost, ...right });
    const kept = new Set(rights.map(({ exchange }) => exchange));
    for (const { exchange } of before?.rights ?? []) {
      if (!kept.has(exchange)) await access.deleteTopicPermission({ user, vhost, exchange });
    }
  },
  remove: async ({ access }, { user, vhost, rights }) => {
    for (const { exchange } of rights) await access.deleteTopicPermission({ user, vhost, exchange });
  },
};
