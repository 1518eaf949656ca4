import { queueKey } from "../../kinds/key.ts";
import { isObject } from "../../topology/json.ts";
import { markOf } from "../../topology/mark.ts";
import { clusterPlace, vhostPlace } from "../found.ts";
import { type Item, nameOf, readExchange, readQueue, tableOf, tagsOf, textIn } from "./items.ts";
import { limitsIn, readParameters } from "./parameters.ts";
import { type Place, RabbitmqCollector } from "./rabbitmq.ts";
import { saysNothing, unknownFields } from "./unknown-fields.ts";
import { defaultTypeOf, type KnownOfVhosts, readVhosts, vhostOfExport } from "./vhosts.ts";

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

export interface DefinitionsOptions extends KnownOfVhosts {
  readonly cluster: string;
  /** The vhost of an export that names none. */
  readonly vhost?: string;
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
  readBindings(collector, items("bindings"), vhostOf, at);
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

function readBindings(
  collector: RabbitmqCollector,
  items: readonly Item[],
  vhostOf: (item: Item) => string,
  at: (item: object) => Place,
): void {
  const left = items.filter((item) => {
    const binding = {
      source: String(item["source"]),
      destination: String(item["destination"]),
      destination_type: item["destination_type"] === "exchange" ? ("exchange" as const) : ("queue" as const),
      routing_key: textIn(item, "routing_key") ?? "",
      arguments: tableOf(item["arguments"]),
    };
    const isKept = collector.add("rabbitmq-binding", vhostOf(item), { bindings: [binding] }, at(item));
    // The broker itself binds every queue to the default exchange.
    return !isKept && binding.source !== "";
  });
  for (const [vhost, own] of Map.groupBy(left, vhostOf))
    collector.note(
      vhostPlace(collector.cluster, vhost),
      `${own.length === 1 ? "A binding leads" : `${own.length} bindings lead`} to queues that the broker named for clients, in the vhost "${vhost}": they go with those.`,
      at(own[0]!),
    );
}

const tagged = (tags: readonly string[]): string => (tags.length > 0 ? ` (${tags.join(", ")})` : "");
/** The first few by name. */
function named(items: readonly Item[]): string {
  const names = items.slice(0, 3).map((item) => `"${textIn(item, "name") ?? textIn(item, "source") ?? ""}"`);
  return [...names, ...(items.length > 3 ? [`${items.length - 3} more`] : [])].join(", ");
}

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
