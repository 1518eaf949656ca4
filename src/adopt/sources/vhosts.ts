import type { VhostInfo, VhostLimits } from "../../brokers/rabbitmq-definitions.ts";
import { vhostKey } from "../../kinds/key.ts";
import { isObject } from "../../topology/json.ts";
import { type Item, nameOf, tableOf, tagsOf, textIn } from "./items.ts";
import type { Place, RabbitmqCollector } from "./rabbitmq.ts";

/** What the broker says of vhosts and an export leaves out. */
export interface KnownOfVhosts {
  readonly vhosts?: ReadonlyMap<string, { readonly info: VhostInfo; readonly limits: VhostLimits }>;
  readonly defaultQueueType?: string;
}

const knownLimits = ["max-connections", "max-queues"];

/** An export of one vhost says beside its lists what others say in a list of vhosts. */
export function vhostOfExport(value: Item, name: string | undefined): Item | undefined {
  if (value["original_vhost_name"] === undefined || value["vhosts"] !== undefined) return undefined;
  const { metadata, description, default_queue_type: type, limits } = value;
  return { name, metadata, description, default_queue_type: type, limits };
}

/** Reads vhosts with their limits, which may stand apart. */
export function readVhosts(
  collector: RabbitmqCollector,
  vhosts: readonly Item[],
  limits: ReadonlyMap<string, VhostLimits>,
  options: KnownOfVhosts,
  at: (item: object) => Place,
): void {
  for (const item of vhosts) {
    const name = nameOf(item);
    const metadata = metadataOf(item);
    const description = textIn(metadata, "description");
    const type = defaultTypeOf(item);
    const live = options.vhosts?.get(name);
    const own: VhostLimits = live?.limits ?? { ...tableOf(item["limits"]), ...limits.get(name) };
    for (const [limit, most] of Object.entries(own))
      if (!knownLimits.includes(limit) || !Number.isInteger(most))
        collector.note(
          vhostKey(collector.cluster, name),
          `The limit "${limit}" of the vhost "${name}" has no word here.`,
          at(item),
        );
    collector.vhost(
      live?.info ?? {
        name,
        ...(description !== undefined && { description }),
        ...(type !== undefined && { default_queue_type: type }),
      },
      Object.fromEntries(Object.entries(own).filter(([, most]) => Number.isInteger(most))),
      options.defaultQueueType ?? "classic",
      at(item),
    );
    if (item["tracing"] === true)
      collector.note(
        vhostKey(collector.cluster, name),
        `Messages of the vhost "${name}" are traced, for which there is no word here.`,
        at(item),
      );
    const tags = tagsOf(metadata["tags"]);
    if (tags.length > 0)
      collector.note(
        vhostKey(collector.cluster, name),
        `The tags of the vhost "${name}" (${tags.join(", ")}) have no word here.`,
        at(item),
      );
  }
}

/** Since 3.11 beside the name, in a block of its own, or both. */
const metadataOf = (vhost: Item): Item =>
  isObject(vhost["metadata"]) ? { ...vhost, ...vhost["metadata"] } : vhost;
export const defaultTypeOf = (vhost: Item): string | undefined =>
  textIn(metadataOf(vhost), "default_queue_type");
