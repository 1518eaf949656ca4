import { isObject, type Json, type JsonObject } from "../../topology/json.ts";
import { canonicalJson } from "../key.ts";
import { elementName } from "./leaves.ts";
import type { Manifest } from "./manifest.ts";

/** Blocks in which a name that isn't declared matters as much as one that is: nothing is put there by default. */
const openBlocks = new Set([
  "data",
  "stringData",
  "selector",
  "matchLabels",
  "podSelector",
  "namespaceSelector",
  "requests",
  "limits",
]);
const quantityBlocks = new Set(["requests", "limits"]);

/**
 * A living object in the words of its declaration: the fields that are declared, with what else stands in lists and open
 * blocks. Everything that Kubernetes fills in by itself is left out, so equal means "as declared".
 */
export function projectOnto(declared: Manifest, living: JsonObject): Manifest {
  return {
    ...(projectObject(declared, living, "") as Manifest),
    apiVersion: declared.apiVersion,
    kind: declared.kind,
  };
}

function project(declared: Json, living: Json, block: string): Json {
  if (Array.isArray(declared) && Array.isArray(living)) return projectList(declared, living);
  if (isObject(declared) && isObject(living))
    return projectObject(declared as JsonObject, living as JsonObject, block);
  return living;
}

function projectObject(declared: JsonObject, living: JsonObject, block: string): JsonObject {
  const names = Object.keys(openBlocks.has(block) ? living : declared).filter(
    (name) => living[name] !== undefined,
  );
  return Object.fromEntries(
    names.map((name): [string, Json] => {
      const wanted = declared[name];
      const is = living[name] ?? null;
      if (wanted === undefined) return [name, is];
      return [
        name,
        quantityBlocks.has(block) && sameQuantity(wanted, is) ? wanted : project(wanted, is, name),
      ];
    }),
  );
}

function projectList(declared: Json[], living: Json[]): Json[] {
  if (!declared.every((element) => elementName(element) !== undefined)) {
    return living.map((element, index) =>
      index < declared.length ? project(declared[index] ?? null, element, "") : element,
    );
  }
  // Named elements mean the same in any order.
  const byName = new Map(living.map((element) => [elementName(element), element]));
  const known = declared.flatMap((element) => {
    const is = byName.get(elementName(element));
    byName.delete(elementName(element));
    return is === undefined ? [] : [project(element, is, "")];
  });
  return [...known, ...byName.values()];
}

const unitFactors: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Kubernetes writes quantities in a form of its own: 1024Mi comes back as 1Gi. */
function sameQuantity(one: Json, other: Json): boolean {
  return amount(one) === amount(other);
}

/** NaN, which equals nothing, for what is no quantity. */
function amount(quantity: Json): number {
  const [, digits, unit] = /^([0-9.]+)([A-Za-z]*)$/.exec(String(quantity)) ?? [];
  return Number(digits) * (unitFactors[unit ?? ""] ?? NaN);
}

const serverMetadata = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "selfLink",
]);

/** A living object that nobody declares, without what only the server knows. Values of a Secret are hidden. */
export function trimmed(living: JsonObject): Manifest {
  const { status: _status, metadata, ...rest } = living as Manifest;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverMetadata.has(name)));
  const annotations = isObject(kept["annotations"]) ? { ...(kept["annotations"] as JsonObject) } : {};
  // kubectl keeps a copy of the whole object there, of a Secret too.
  delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
  const data =
    isObject(rest["data"]) && rest.kind === "Secret" ? { data: hidden(rest["data"] as JsonObject) } : {};
  return {
    ...rest,
    ...data,
    metadata: { ...kept, ...(kept["annotations"] !== undefined && { annotations }) },
  } as Manifest;
}

const hidden = (data: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(data).map((name) => [name, "(hidden)"]));

/** What turns `living` into `declared` as a JSON merge patch: null deletes, lists are replaced. Both in declared words. */
export function mergePatch(living: JsonObject, declared: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const name of new Set([...Object.keys(living), ...Object.keys(declared)])) {
    const is = living[name];
    const wanted = declared[name];
    if (wanted === undefined) patch[name] = null;
    else if (isObject(is) && isObject(wanted)) {
      const inner = mergePatch(is as JsonObject, wanted as JsonObject);
      if (Object.keys(inner).length > 0) patch[name] = inner;
    } else if (canonicalJson(is) !== canonicalJson(wanted)) patch[name] = wanted;
  }
  return patch;
}
