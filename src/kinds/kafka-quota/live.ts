import type { KafkaAccessFacet } from "../live.ts";
import { quotaKey, type QuotaSpec } from "./definition.ts";

export const live: KafkaAccessFacet<QuotaSpec> = {
  broker: "kafka",
  scope: "access",
  order: 1,
  observe: async ({ access }, { cluster }) =>
    (await access.quotas()).map(({ user, limits }) => ({
      key: quotaKey(cluster, user),
      spec: { user, limits: { ...limits } },
      principal: user,
    })),
  put: ({ access }, changes) =>
    access.alterQuotas(
      changes.map(({ before, after }) => ({
        user: after.user,
        limits: { ...without(before?.limits), ...after.limits },
      })),
    ),
  remove: ({ access }, specs) =>
    access.alterQuotas(specs.map(({ user, limits }) => ({ user, limits: without(limits) }))),
};

/** Takes every one of these limits away. */
const without = (limits: QuotaSpec["limits"] = {}): Record<string, undefined> =>
  Object.fromEntries(Object.keys(limits).map((name) => [name, undefined]));
