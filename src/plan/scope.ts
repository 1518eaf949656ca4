import { keyOf } from "../kinds/key.ts";
import { textOf, type TopologyFile } from "../topology/file.ts";
import { globMatches } from "../topology/glob.ts";
import { isObject } from "../topology/json.ts";
import type { PlanObject } from "./plan.ts";

/** Names on one vhost or Kafka cluster that belong to this topology alone. */
export interface Scope {
  /** How the keys of the vhost or cluster begin: `rabbitmq/main/shop/`. */
  readonly place: string;
  /** Names, * for any part of one. */
  readonly names: readonly string[];
}

/** What the files say under `owns:`. */
export function scopesOf(files: readonly TopologyFile[]): Scope[] {
  const found = files.flatMap((file) => [
    {
      place: `${keyOf("rabbitmq", textOf(file, ["rabbitmq", "cluster"], "main"), textOf(file, ["rabbitmq", "vhost"], "/"))}/`,
      names: owned(file, "rabbitmq"),
    },
    { place: `${keyOf("kafka", textOf(file, ["kafka", "cluster"], "main"))}/`, names: owned(file, "kafka") },
  ]);
  const places = Map.groupBy(
    found.filter(({ names }) => names.length > 0),
    ({ place }) => place,
  );
  return [...places]
    .map(([place, scopes]) => ({
      place,
      names: [...new Set(scopes.flatMap(({ names }) => names))].toSorted(),
    }))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
}

function owned(file: TopologyFile, section: "rabbitmq" | "kafka"): string[] {
  const block = file.value[section];
  const names = isObject(block) ? block["owns"] : undefined;
  return Array.isArray(names) ? names.map(String) : [];
}

/** Whether an object belongs to one of the scopes; a binding where its destination does, an ACL where its resource does. */
export function isOwned({ key, spec }: Pick<PlanObject, "key" | "spec">, scopes: readonly Scope[]): boolean {
  const name = String(spec["destination"] ?? spec["name"] ?? spec["resourceName"] ?? "");
  return scopes.some(
    ({ place, names }) => key.startsWith(place) && names.some((glob) => globMatches(glob, name)),
  );
}

/** Whether somebody claimed names there: then everything else there is other people's. Users of RabbitMQ are in all vhosts. */
export const hasScope = (
  { kind, key, cluster }: Pick<PlanObject, "kind" | "key" | "cluster">,
  scopes: readonly Scope[],
): boolean => {
  const above = kind === "rabbitmq-user" ? `${keyOf("rabbitmq", cluster)}/` : undefined;
  return scopes.some(
    ({ place }) => key.startsWith(place) || (above !== undefined && place.startsWith(above)),
  );
};
