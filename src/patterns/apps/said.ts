import { canonicalJson } from "../../kinds/key.ts";
import type { Mark } from "../../topology/mark.ts";

/** Something that a file says of an application, and where. */
export interface Said<Value> {
  readonly value: Value;
  readonly mark: Mark;
}

/**
 * What several files say, once each. More than one is a contradiction: each becomes an object of the same key, and the
 * rule duplicate-declaration tells of it.
 */
export function distinct<Value>(all: readonly Said<Value>[]): Said<Value>[] {
  const known = new Set<string>();
  return all.filter(({ value }) => {
    const id = canonicalJson(value);
    return !known.has(id) && known.add(id);
  });
}
