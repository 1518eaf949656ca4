import type { VhostInfo, VhostLimits } from "../../brokers/rabbitmq-definitions.ts";
import { queueKey, vhostKey } from "../../kinds/key.ts";
import { isObject } from "../../topology/json.ts";
import { markOf } from "../../topology/mark.ts";
import { clusterPlace, vhostPlace } from "../found.ts";
import { type Item, nameOf, readExchange, readQueue, tableOf, tagsOf, textIn } from "./items.ts";
import { limitsIn, readParameters } from "./parameters.ts";
import { type Place, RabbitmqCollector } from "./rabbitmq.ts";
import { saysNothing, unknownFields } from "./unknown-fields.ts";

/** Words of an export; those that say who wrote it and how are of no use here. */
const understood = new Set(
  `users vhosts permissions topic_permissions parameters global_parameters policies exchanges queues bindings
  rabbit_version rabbitmq_version product_name product_version rabbitmq_definition_format original_cluster_name
  original_vhost_name explanation description default_queue_type metadata limits`.split(/\s+/),
);

/** Whether a value looks like an export of definitions. */
export const isDefinitions = (value: Item): boolean =>
  ["queues", "exchanges", "bindings", "policies", "vhosts", "users"].some((list) =>
    Array.isArray(value[list]),
  );

export interface DefinitionsOptions {
  readonly cluster: string;
  /** The vhost of an export that names none. */
  readonly vhost?: string;
  /** What the broker says of vhosts and an export leaves out. */
  readonly vhosts?: ReadonlyMap<string, { readonly info: VhostInfo; readonly limits: VhostLimits }>;
  readonly defaultQueueType?: string;
  /** Who Queueform is there: files that could take its own rights away could mend nothing any more. */
  readonly login?: string;
  /** Where it was read, for values without positions. */
  readonly place: string;
}

/** Reads definitions that have the shape of `definitionsSchema`: of a whole cluster or of one vhost, of any version. */
export function readDefinitions(value: Item, options: DefinitionsOptions): RabbitmqCollector {
  const collector = new RabbitmqCollector(options.cluster);
  const { cluster } = collector;
  const only = options.vhost ?? textIn(value, "original_vhost_name");
  const own = vhostOfExport(value, only);
  const at = (item: object): Place => markOf(item) ?? markOf(value, "original_vhost_name") ?? options.place;
  const items = (list: string): Item[] =>
    list === "vhosts" && own ? [own] : Array.isArray(value[list]) ? value[list].filter(isObject) : [];
  const version = value["rabbitmq_version"] ?? value["rabbit_version"];
  collector.runs(typeof version === "string" ? version : undefined);

  const unnamed = ["queues", "exchanges", "bindings", "policies"]
    .flatMap(items)
    .find((item) => item["vhost"] === undefined);
  if (unnamed && only === undefined)
    collector.note(
      vhostPlace(cluster, "/"),
      "The export doesn't say which vhost it is of, and was taken for /. Name it with --vhost if it is another one.",
      at(unnamed),
    );
  const vhostOf = (item: Item): string => textIn(item, "vhost") ?? only ?? "/";

  readVhosts(collector, items("vhosts"), limitsIn(items("parameters")), options, at);
  for (const item of items("users")) {
    if (nameOf(item) === options.login)
      collector.note(
        clusterPlace("rabbitmq", cluster),
        `"${nameOf(item)}" is who Queueform itself logs in as: whoever runs the broker makes this user and gives it its rights.`,
        at(item),
      );
    // A hash is missing where the file was written by hand.
    else if (item["password_hash"] === "")
      collector.note(
        clusterPlace("rabbitmq", cluster),
        `The user "${nameOf(item)}"${tagged(tagsOf(item["tags"]))} has no password, because it logs in with something else: whoever runs the broker makes it. Its rights are taken over.`,
        at(item),
      );
    else collector.user(nameOf(item), tagsOf(item["tags"]), at(item));
    if (size(item["limits"]) > 0)
      collector.note(
        clusterPlace("rabbitmq", cluster),
        `The limits of the user "${nameOf(item)}" have no word here.`,
        at(item),
      );
  }
  const theirs = (item: Item): boolean => item["user"] !== options.login;
  for (const item of items("permissions").filter(theirs))
    collector.permission({ ...rights(item), configure: String(item["configure"]) }, at(item));
  for (const item of items("topic_permissions").filter(theirs))
    collector.topicPermission({ ...rights(item), exchange: String(item["exchange"]) }, at(item));
  for (const item of items("policies")) {
    const policy = {
      name: nameOf(item),
      pattern: String(item["pattern"]),
      "apply-to": textIn(item, "apply-to") ?? "all",
      priority: Number(item["priority"] ?? 0),
      definition: tableOf(item["definition"]),
    };
    collector.add("rabbitmq-policy", vhostOf(item), { policies: [policy] }, at(item));
  }
  for (const item of items("exchanges")) readExchange(collector, item, vhostOf(item), at(item));
  const chosen = new Map(items("vhosts").map((item) => [nameOf(item), defaultTypeOf(item)]));
  for (const item of items("queues")) {
    readQueue(collector, item, vhostOf(item), at(item));
    const type = chosen.get(vhostOf(item));
    if (item["type"] !== undefined || tableOf(item["arguments"])["x-queue-type"] !== undefined) continue;
    if (type !== undefined && type !== "undefined" && type !== "classic")
      collector.note(
        queueKey(cluster, vhostOf(item), nameOf(item)),
        `The queue "${nameOf(item)}" says no type, and was taken for a classic one, though queues of this vhost are ${type} by default.`,
        at(item),
      );
  }
  for (const item of items("bindings")) {
    const binding = {
      source: String(item["source"]),
      destination: String(item["destination"]),
      destination_type: item["destination_type"] === "exchange" ? ("exchange" as const) : ("queue" as const),
      routing_key: textIn(item, "routing_key") ?? "",
      arguments: tableOf(item["arguments"]),
    };
    collector.add("rabbitmq-binding", vhostOf(item), { bindings: [binding] }, at(item));
  }
  const vhosts = new Set(items("vhosts").map(nameOf));
  readParameters(collector, items("parameters"), items("global_parameters"), vhostOf, vhosts, at);
  for (const { list, field, entries } of unknownFields(items))
    collector.note(
      clusterPlace("rabbitmq", cluster),
      `"${field}" in ${list === "metadata" ? "the metadata of vhosts" : list} (${named(entries)}) is not known here, and nothing of it was taken over.`,
      at(entries[0]!),
    );
  for (const word of Object.keys(value)) {
    if (!understood.has(word) && !saysNothing(value[word]))
      collector.note(
        clusterPlace("rabbitmq", cluster),
        `"${word}" is not known here, and nothing of it was taken over.`,
        markOf(value, word) ?? options.place,
      );
  }
  return collector;
}

const knownLimits = ["max-connections", "max-queues"];

/** An export of one vhost says beside its lists what others say in a list of vhosts. */
function vhostOfExport(value: Item, name: string | undefined): Item | undefined {
  if (value["original_vhost_name"] === undefined || value["vhosts"] !== undefined) return undefined;
  const { metadata, description, default_queue_type: type, limits } = value;
  return { name, metadata, description, default_queue_type: type, limits };
}

function readVhosts(
  collector: RabbitmqCollector,
  vhosts: readonly Item[],
  limits: ReadonlyMap<string, VhostLimits>,
  options: DefinitionsOptions,
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

const tagged = (tags: readonly string[]): string => (tags.length > 0 ? ` (${tags.join(", ")})` : "");
/** The first few by name. */
function named(items: readonly Item[]): string {
  const names = items.slice(0, 3).map((item) => `"${textIn(item, "name") ?? textIn(item, "source") ?? ""}"`);
  return [...names, ...(items.length > 3 ? [`${items.length - 3} more`] : [])].join(", ");
}

/** Since 3.11 beside the name or in a block of its own. */
const metadataOf = (vhost: Item): Item => (isObject(vhost["metadata"]) ? vhost["metadata"] : vhost);
const defaultTypeOf = (vhost: Item): string | undefined => textIn(metadataOf(vhost), "default_queue_type");
const rights = (
  item: Item,
): { readonly user: string; readonly vhost: string; readonly write: string; readonly read: string } => ({
  user: String(item["user"]),
  vhost: String(item["vhost"]),
  write: String(item["write"]),
  read: String(item["read"]),
});
const size = (value: unknown): number =>
  typeof value === "object" && value !== null ? Object.keys(value).length : 0;
