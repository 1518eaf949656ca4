import { topologySchema } from "../../src/language/schema.ts";
import { isObject, type Json } from "../../src/topology/json.ts";

/** One change of one place in a document. */
export interface Mutation {
  /** Keys and indexes, from the outside in. */
  readonly path: readonly (string | number)[];
  /** undefined takes the place away. */
  readonly value: Json | undefined;
}

/** Every place of a document, changed in each way that may mean something, and taken away. */
export function mutationsOf(document: Json, path: readonly (string | number)[] = []): Mutation[] {
  const own: Mutation[] = path.length === 0 ? [] : [{ path, value: undefined }];
  if (Array.isArray(document))
    return [...own, ...document.flatMap((element, index) => mutationsOf(element, [...path, index]))];
  if (isObject(document))
    return [
      ...own,
      ...Object.entries(document).flatMap(([key, value]) => mutationsOf(value as Json, [...path, key])),
    ];
  return [
    ...own,
    ...othersThan(document)
      .filter((value) => value !== document)
      .map((value) => ({ path, value })),
  ];
}

/** The document with one mutation, the rest shared. */
export function mutated(document: Json, { path, value }: Mutation): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (Array.isArray(document))
    return document.flatMap((element, index) => {
      if (index !== step) return [element];
      if (rest.length === 0) return value === undefined ? [] : [value];
      return [mutated(element, { path: rest, value })];
    });
  if (!isObject(document)) throw new Error(`There is nothing at ${path.join(".")}.`);
  const entries = Object.entries(document) as [string, Json][];
  return Object.fromEntries(
    entries.flatMap(([key, inner]): [string, Json][] => {
      if (key !== step) return [[key, inner]];
      if (rest.length === 0) return value === undefined ? [] : [[key, value]];
      return [[key, mutated(inner, { path: rest, value })]];
    }),
  );
}

function othersThan(value: Json): Json[] {
  if (typeof value === "boolean") return [!value];
  if (typeof value === "number") return [value * 2, Math.ceil(value / 2), value + 1, value - 1, 0];
  if (typeof value !== "string") return [];
  const quantity = /^([0-9]+)([a-zA-Z]+)$/.exec(value);
  if (quantity) {
    const [, count, unit] = quantity;
    return [`${Number(count) * 2}${unit}`, `${Math.ceil(Number(count) / 2)}${unit}`, `1${unit}`];
  }
  const words = enums.filter((all) => all.includes(value)).flat();
  return [...new Set([...words.filter((word) => word !== value), `${value}x`])];
}

const enums = enumsIn(topologySchema());

function enumsIn(schema: Json): string[][] {
  if (Array.isArray(schema)) return schema.flatMap(enumsIn);
  if (!isObject(schema)) return [];
  const own = schema["enum"];
  const words = Array.isArray(own) ? [own.filter((word) => typeof word === "string")] : [];
  return [...words, ...Object.values(schema).flatMap((inner) => enumsIn(inner as Json))];
}
