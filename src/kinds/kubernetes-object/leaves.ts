import type { Json } from "../../topology/json.ts";
import { isObject } from "../../topology/json.ts";
import { canonicalJson } from "../key.ts";

export interface Leaf {
  /** Dotted; elements of a list of named things stand as []: `spec.template.spec.containers[].image`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** What tells the elements of a Kubernetes list apart (containers, environment, volumes, mounts); undefined for plain lists. */
export function elementName(element: unknown): string | undefined {
  if (!isObject(element)) return undefined;
  const name = element["mountPath"] ?? element["name"];
  return typeof name === "string" ? name : undefined;
}

/** The values in which two manifests differ, looking into lists of named things; other lists are compared whole. */
export function differingLeaves(before: Json | undefined, after: Json | undefined, path = ""): Leaf[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return names.flatMap((name) =>
      differingLeaves(
        before[name] as Json | undefined,
        after[name] as Json | undefined,
        path === "" ? name : `${path}.${name}`,
      ),
    );
  }
  if (isNamedList(before) && isNamedList(after)) {
    const old = byName(before);
    const current = byName(after);
    const names = [...new Set([...old.keys(), ...current.keys()])].toSorted();
    return names.flatMap((name) => differingLeaves(old.get(name), current.get(name), `${path}[]`));
  }
  return canonicalJson(before ?? null) === canonicalJson(after ?? null) ? [] : [{ path, before, after }];
}

function isNamedList(value: Json | undefined): value is Json[] {
  return Array.isArray(value) && value.every((element) => elementName(element) !== undefined);
}

const byName = (list: Json[]): Map<string, Json> =>
  new Map(list.map((element) => [elementName(element) ?? "", element]));
