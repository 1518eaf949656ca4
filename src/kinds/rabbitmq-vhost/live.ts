import { vhostKey } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import type { VhostSpec } from "./definition.ts";

const limits = [
  ["maxConnections", "max-connections"],
  ["maxQueues", "max-queues"],
] as const;

export const live: RabbitmqFacet<VhostSpec> = {
  broker: "rabbitmq",
  order: 0,
  onlyDeclared: true,
  observe: ({ info, limits: found, defaultQueueType }, cluster, desired) => {
    const key = vhostKey(cluster, info.name);
    const type = info.default_queue_type;
    // A vhost without a choice of its own reports that of the broker, or "undefined" before 4.0.
    const chosen =
      type !== undefined &&
      type !== "undefined" &&
      (type !== defaultQueueType || desired(key)?.defaultQueueType === type);
    const spec: VhostSpec = {
      name: info.name,
      description: info.description ?? "",
      ...(chosen && { defaultQueueType: type }),
    };
    for (const [field, limit] of limits) {
      const value = found[limit];
      // Any negative number stands for "no limit".
      if (value !== undefined && value >= 0) spec[field] = value;
    }
    return [{ key, spec }];
  },
  put: async (client, spec, before) => {
    const known = await client.vhost(spec.name);
    // Leaving the type out keeps the one it had.
    const type =
      spec.defaultQueueType ??
      (before?.defaultQueueType === undefined ? undefined : (await client.overview()).defaultQueueType);
    await client.putVhost({
      // Everything else that a call leaves out is reset, and tags and tracing are not ours.
      ...(known?.tags && { tags: known.tags }),
      ...(known?.tracing !== undefined && { tracing: known.tracing }),
      name: spec.name,
      description: spec.description,
      ...(type !== undefined && { default_queue_type: type }),
    });
    for (const [field, limit] of limits) {
      const value = spec[field];
      if (value === before?.[field]) continue;
      await (value === undefined
        ? client.deleteVhostLimit(spec.name, limit)
        : client.putVhostLimit(spec.name, limit, value));
    }
  },
  remove: (client, { name }) => client.deleteVhost(name),
};
