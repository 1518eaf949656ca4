import { UsageError } from "../../topology/files.ts";
import { globMatches } from "../../topology/glob.ts";
import { isObject } from "../../topology/json.ts";
import type { Entry, Part } from "./entry.ts";

/** Which names belong to which domain, first match first. */
export type Mapping = readonly { readonly domain: string; readonly names: readonly string[] }[];

/** So many named things are read at a glance: splitting fewer helps nobody. */
const fewEnough = 24;
/** A prefix that fewer names share is no domain of its own. */
const smallest = 3;

/** Throws UsageError for anything but domains with lists of names. */
export function mappingOf(value: unknown, path: string): Mapping {
  const entries = isObject(value) ? Object.entries(value) : [];
  const mapping = entries.map(([domain, names]) => ({ domain, names: [names].flat() }));
  if (mapping.length === 0 || mapping.some(({ names }) => !names.every((name) => typeof name === "string")))
    throw new UsageError(
      `${path} must say which names belong to which domain: "orders: [orders, orders.*]", a line each.`,
    );
  return mapping.map(({ domain, names }) => ({ domain, names: names.map(String) }));
}

/**
 * The domain of each entry: as the mapping says, otherwise the prefix of its name where that is shared by some, otherwise
 * `rest`. Policies go where all that they are for is, and what belongs to nothing by name goes to `rest`.
 */
export function domainsOf(
  { broker, entries }: Part,
  rest: string,
  mapping: Mapping | undefined,
): ReadonlyMap<Entry, string> {
  // A Redis is declared once, with all its queues.
  if (broker === "redis") return new Map(entries.map((entry) => [entry, rest]));
  const things = entries.filter(({ block }) => named.has(block));
  const byName = mapping
    ? (name: string) =>
        mapping.find(({ names }) => names.some((glob) => globMatches(glob, name)))?.domain ?? rest
    : byPrefix(
        things.map(({ name }) => name),
        rest,
      );
  return new Map(
    entries.map((entry) => {
      if (named.has(entry.block) || mapping) return [entry, byName(entry.name)];
      if (entry.block !== "policies") return [entry, rest];
      const domains = new Set(
        things.filter(({ name }) => matches(entry, name)).map(({ name }) => byName(name)),
      );
      return [entry, domains.size === 1 ? [...domains][0]! : rest];
    }),
  );
}

const named = new Set(["exchanges", "queues", "topics"]);

function byPrefix(names: readonly string[], rest: string): (name: string) => string {
  if (names.length <= fewEnough) return () => rest;
  const counts = Map.groupBy(names, prefixOf);
  const domains = new Set(
    [...counts].filter(([, { length }]) => length >= smallest).map(([prefix]) => prefix),
  );
  return (name) => (domains.has(prefixOf(name)) ? prefixOf(name) : rest);
}

/** `orders` of "orders.fulfil", "orders-dlq" and "OrdersQueue"; never empty. */
function prefixOf(name: string): string {
  const first = name.split(/[^\p{L}\p{N}]+/u).find((part) => part !== "") ?? name;
  return first.replace(/(?<=\p{Ll})\p{Lu}.*$/u, "").toLowerCase();
}

function matches({ value }: Entry, name: string): boolean {
  try {
    return new RegExp(String(value["pattern"]), "u").test(name);
  } catch {
    // The broker reads more patterns than JavaScript does; such a policy stands with the rest.
    return false;
  }
}
