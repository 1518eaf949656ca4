import { policyKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import type { PolicySpec, PolicyTarget } from "./definition.ts";

export const live: RabbitmqFacet<PolicySpec> = {
  broker: "rabbitmq",
  // Before the queues that they are for, and after them when deleted: none is ever without its settings.
  order: 1,
  observe: ({ info, definitions }, cluster) =>
    (definitions.policies ?? []).map(({ name, pattern, "apply-to": applyTo, priority, definition }) => ({
      key: policyKey(cluster, info.name, name),
      spec: { vhost: info.name, name, pattern, applyTo: applyTo as PolicyTarget, priority, definition },
    })),
  define: ({ name, pattern, applyTo, priority, definition }) => ({
    policies: [{ name, pattern, "apply-to": applyTo, priority, definition }],
  }),
  remove: (client, { vhost, name }) => client.deletePolicy(vhost, name),
};
