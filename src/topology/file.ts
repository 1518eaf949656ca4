import { isObject, type JsonObject } from "./json.ts";
import { entryOf, type Mark, markOf, type Source } from "./mark.ts";

/** One topology file after reading and overlays: a file is one domain. */
export interface TopologyFile {
  readonly source: Source;
  readonly domain: string;
  readonly value: Record<string, unknown>;
}

/** One named thing in a file, before it is compiled. `value` keeps its positions: ask `markOf(value, ...)`. */
export interface Declaration<Value = unknown> extends Declared<Value> {
  readonly file: TopologyFile;
}

/** What a kind reads from a file. */
export interface Declared<Value = unknown> {
  readonly kind: string;
  /** Canonical name of the object that this becomes, across all files: see kinds/key.ts. */
  readonly key: string;
  readonly cluster: string;
  /** RabbitMQ only. */
  readonly vhost?: string;
  readonly name: string;
  readonly value: Value;
  /** Where the name stands; for objects that a pattern adds, where the pattern was asked for. */
  readonly mark: Mark;
  /** The pattern that added it, for objects nobody wrote down by name. */
  readonly addedBy?: string;
  /** What matters to those who run it and not to the broker. */
  readonly operations?: JsonObject;
  /** What stands in the file under its name, before patterns complete it; absent for what a pattern added. */
  readonly written?: Readonly<Record<string, unknown>>;
}

export interface NamedValue {
  readonly name: string;
  readonly value: Record<string, unknown>;
  readonly mark: Mark;
}

/** The entries of a block of names, such as `rabbitmq: queues:`. Entries without a usable value are skipped: the schema reports those. */
export function namedValues(file: TopologyFile, ...path: string[]): NamedValue[] {
  let block: unknown = file.value;
  for (const step of path) block = isObject(block) ? block[step] : undefined;
  if (!isObject(block)) return [];
  const container = block;
  return Object.entries(container).flatMap(([name, value]) => {
    if (!isObject(value)) return [];
    const mark = entryOf(container, name)?.key ??
      markOf(file.value) ?? { source: file.source, start: 0, end: 0 };
    return [{ name, value, mark }];
  });
}

/** A text of a block with a default, such as the cluster that a file names. */
export function textOf(file: TopologyFile, path: [string, string], fallback: string): string {
  const block = file.value[path[0]];
  const value = isObject(block) ? block[path[1]] : undefined;
  return typeof value === "string" ? value : fallback;
}
