import type { Report } from "./diagnostic.ts";
import { globMatches } from "./glob.ts";
import { isObject } from "./json.ts";
import { derive, entryOf, keyMarkOf, type Mark, markOf, recordEntry } from "./mark.ts";
import { nearest } from "./nearest.ts";

/** What an environment changes: the values at every place that `path` names. */
export interface Patch {
  /** Dotted, names may hold dots themselves, * stands for any part of a name: `kafka.topics.*`. */
  readonly path: string;
  readonly value: unknown;
  readonly mark: Mark;
}

/**
 * Applies patches in order to the values of all files and returns the new values. Objects merge deeply, anything else
 * (lists too) is replaced, and `{ remove: true }` removes what the path names. Changed values carry the overlay's positions. A patch that matches nothing is reported.
 */
export function applyOverlay(
  values: readonly Record<string, unknown>[],
  patches: readonly Patch[],
  report: Report,
): Record<string, unknown>[] {
  let current = [...values];
  for (const patch of patches) {
    const segments = patch.path.split(".");
    let matches = 0;
    current = current.map((value) => {
      const patched = patchAt(value, segments, patch);
      if (patched) matches++;
      return patched ?? value;
    });
    if (matches === 0) {
      const guess = nearest(patch.path, pathsOf(current, segments.length));
      report({
        rule: "overlay-unused",
        severity: "error",
        what: `The overlay path "${patch.path}" matches nothing in the topology.`,
        why: "What it should change in this environment stays as it is.",
        fix: `${guess ? `Did you mean "${guess}"? ` : ""}Write a path such as rabbitmq.queues.<name> or kafka.topics.*, or remove it.`,
        mark: patch.mark,
      });
    }
  }
  return current;
}

/** `object` with the patch applied below `segments`, or undefined where they match nothing. */
function patchAt(
  object: Record<string, unknown>,
  segments: readonly string[],
  patch: Patch,
): Record<string, unknown> | undefined {
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    for (let taken = 1; taken <= segments.length; taken++) {
      if (!globMatches(segments.slice(0, taken).join("."), key)) continue;
      const rest = segments.slice(taken);
      if (rest.length === 0 && isRemoval(patch.value)) {
        result = derive(result ?? object, {});
        delete result[key];
        break;
      }
      const child = (result ?? object)[key];
      const next =
        rest.length === 0
          ? merge(child, patch.value)
          : isObject(child)
            ? patchAt(child, rest, patch)
            : undefined;
      if (next === undefined) continue;
      const replaced = rest.length === 0 && !isObject(next);
      result = withEntry(
        result ?? object,
        key,
        next,
        replaced ? { source: patch.value, mark: patch.mark } : undefined,
      );
    }
  }
  return result;
}

/** `remove: true` takes a thing out of this environment, whatever else the file says of it. */
const isRemoval = (value: unknown): boolean =>
  isObject(value) && value["remove"] === true && Object.keys(value).length === 1;

function merge(base: unknown, patch: unknown): unknown {
  if (!isObject(base) || !isObject(patch)) return patch;
  let result = base;
  for (const key of Object.keys(patch)) {
    const next = merge(base[key], patch[key]);
    const mark = isObject(base[key]) && isObject(next) ? undefined : markOf(patch, key);
    result = withEntry(result, key, next, mark && { source: patch, mark, key: keyMarkOf(patch, key) });
  }
  return result;
}

/** A copy of `object` with one value replaced, at the position `from` when it was written elsewhere. */
function withEntry(
  object: Record<string, unknown>,
  key: string,
  value: unknown,
  from?: { source: unknown; mark: Mark; key?: Mark },
) {
  const copy = derive(object, { [key]: value });
  const old = entryOf(object, key);
  if (from) recordEntry(copy, key, { key: from.key ?? old?.key ?? from.mark, value: from.mark });
  return copy;
}

function pathsOf(values: readonly Record<string, unknown>[], depth: number): Set<string> {
  const found = new Set<string>();
  const visit = (object: Record<string, unknown>, prefix: string, left: number): void => {
    for (const [key, value] of Object.entries(object)) {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      found.add(path);
      if (left > 1 && isObject(value)) visit(value, path, left - 1);
    }
  };
  for (const value of values) visit(value, "", Math.min(depth, 4));
  return found;
}
