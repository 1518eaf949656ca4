import { isObject } from "../../topology/json.ts";
import { understoodFields } from "./definitions-schema.ts";
import type { Item } from "./items.ts";

/** A field of some entries of one list that says something, which nothing here understands. */
export interface UnknownField {
  readonly list: string;
  readonly field: string;
  /** The entries that have it. */
  readonly entries: readonly Item[];
}

/** What newer brokers, plugins or people add to the entries of an export. */
export function unknownFields(itemsOf: (list: string) => readonly Item[]): UnknownField[] {
  const found = new Map<string, { list: string; field: string; entries: Item[] }>();
  const look = (list: string, item: Item, fields: Item): void => {
    for (const [field, value] of Object.entries(fields)) {
      if (understoodFields.get(list)?.has(field) || saysNothing(value)) continue;
      const id = `${list} ${field}`;
      const known = found.get(id) ?? { list, field, entries: [] };
      known.entries.push(item);
      found.set(id, known);
    }
  };
  for (const list of understoodFields.keys()) for (const item of itemsOf(list)) look(list, item, item);
  for (const item of itemsOf("vhosts"))
    if (isObject(item["metadata"])) look("metadata", item, item["metadata"]);
  return [...found.values()];
}

export const saysNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);
