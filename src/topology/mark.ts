import { emptyObject } from "./json.ts";

/** One text that was read, with the path a person would open. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A stretch of a source, in characters. */
export interface Mark {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Where a value came from: its key (absent in lists) and the value itself. */
interface Entry {
  readonly key?: Mark;
  readonly value: Mark;
}

// Values stay plain objects that schemas and compilers can use; their positions live beside them. An overlay that
// replaces one value replaces its entry too, so a diagnostic points at the line that really set it.
const entries = new WeakMap<object, Map<string | number, Entry>>();
const wholes = new WeakMap<object, Mark>();

export function recordEntry(container: object, key: string | number, entry: Entry): void {
  let known = entries.get(container);
  if (!known) entries.set(container, (known = new Map()));
  known.set(key, entry);
}

export function recordWhole(container: object, mark: Mark): void {
  wholes.set(container, mark);
}

export function entryOf(container: object, key: string | number): Entry | undefined {
  return entries.get(container)?.get(Array.isArray(container) ? Number(key) : String(key));
}

/** A copy of `original` with some values replaced, at the same positions: for patterns that complete what was written. */
export function derive<T extends object>(original: T, changes: Partial<T>): T {
  const copy = Object.assign(emptyObject<T>(), original, changes);
  const known = entries.get(original);
  if (known) entries.set(copy, new Map(known));
  const whole = wholes.get(original);
  if (whole) wholes.set(copy, whole);
  return copy;
}

/** The mark of the deepest part of `path` inside `container` that was written down somewhere. */
export function markOf(container: object, ...path: (string | number)[]): Mark | undefined {
  return walk(container, path, "value");
}

/** Like `markOf`, but of the last key rather than of its value: for names and unknown words. */
export function keyMarkOf(container: object, ...path: (string | number)[]): Mark | undefined {
  return walk(container, path, "key");
}

function walk(container: object, path: (string | number)[], part: "key" | "value"): Mark | undefined {
  let mark = wholes.get(container);
  let current: unknown = container;
  for (const [index, step] of path.entries()) {
    if (typeof current !== "object" || current === null) break;
    const entry = entryOf(current, step);
    if (!entry) break;
    mark = part === "key" && index === path.length - 1 ? (entry.key ?? entry.value) : entry.value;
    current = (current as Record<string | number, unknown>)[step];
  }
  return mark;
}

/**
 * The mark of the value at a dotted path, if it was written down as such; names may have dots themselves. Other than
 * `markOf`, it finds nothing rather than something around it.
 */
export function writtenMark(container: unknown, path: string): Mark | undefined {
  if (typeof container !== "object" || container === null) return undefined;
  const whole = entryOf(container, path);
  if (whole) return whole.value;
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const inside = (container as Record<string, unknown>)[path.slice(0, dot)];
    const found = writtenMark(inside, path.slice(dot + 1));
    if (found) return found;
  }
  return undefined;
}

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
}

const lineStartsOf = new WeakMap<Source, number[]>();

export function positionOf(source: Source, offset: number): Position {
  let starts = lineStartsOf.get(source);
  if (!starts) {
    starts = [0];
    for (let at = source.text.indexOf("\n"); at !== -1; at = source.text.indexOf("\n", at + 1))
      starts.push(at + 1);
    lineStartsOf.set(source, starts);
  }
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.min(offset, source.text.length) - starts[low]! + 1 };
}
