import { createHash } from "node:crypto";
import { kinds } from "../kinds/definitions.generated.ts";
import { canonicalJson } from "../kinds/key.ts";
import type { JsonObject } from "../topology/json.ts";
import { differences } from "./changes.ts";

/** What is about to happen to one object, as far as an approval has to know it. */
export interface Loss {
  readonly operation: "replace" | "delete";
  readonly key: string;
  readonly kind: string;
  /** Only of what Pulumi protects; the key of anything else says all that matters. */
  readonly before?: JsonObject;
  /** The same, of a replaced object. */
  readonly after?: JsonObject;
  /** Keys of what Pulumi deletes or replaces along with it. */
  readonly taken: ReadonlySet<string>;
}

/**
 * What an approval of it has to say. It depends on what happens to the object and on nothing else, so that files may
 * move, be laid out anew and be rebased; another value, one more field or one more object taken along makes another one.
 *
 * A replacement has a second part that depends on the new spec alone. Once the files want anything else of the object,
 * `validate` sees by it that the approval has had its time: it can't wait for the next replacement of the same kind.
 */
export function fingerprint({ operation, key, kind, before, after, taken }: Loss): string {
  const what = before && after ? replacedFields(kind, before, after) : (before ?? null);
  const loss = hash([operation, key, what, [...taken].toSorted()]);
  return operation === "delete" ? loss : `${loss}-${afterPart(key, after)}`;
}

/** The second part of a replacement's fingerprint. */
export function afterPart(key: string, after: JsonObject | undefined): string {
  return hash([key, after ?? null]);
}

/** As [field, before, after]: what only a new object can have. What changes in place needs no approval. */
function replacedFields(kind: string, before: JsonObject, after: JsonObject): unknown[] {
  return differences(before, after)
    .filter(([field]) => kinds[kind]?.impact.changed(field, before, after).effect === "replaces")
    .map(([field, from, to]) => [field, from ?? null, to ?? null]);
}

/** 64 bits: nobody finds another change with the same digest by trying. */
function hash(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(withoutSecrets(value)))
    .digest("hex")
    .slice(0, 16);
}

/** Plans have references to secrets, Pulumi shows "[secret]" or a ciphertext: neither may make a difference or be hashed. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return /^\$\{secret:|^\[secret\]$/.test(value) ? "[secret]" : value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  // The mark that Pulumi puts on a value that isn't a plain one.
  if ("4dabf18193072939515e22adb298388d" in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}
