import type { Report } from "../../topology/diagnostic.ts";
import { isObject, type JsonObject } from "../../topology/json.ts";
import { type Mark, markOf } from "../../topology/mark.ts";
import { checkValue, compileSchema, type Validate } from "../../topology/shape.ts";

/** One Kubernetes resource of a file. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** metadata.name */
  readonly name: string;
  readonly namespace: string;
  readonly metadata: Fields;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly value: Record<string, unknown>;
  readonly mark: Mark;
}

export const isResource = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value["apiVersion"] === "string" && typeof value["kind"] === "string";

/** The resources among the documents of a file; what `kubectl get -o yaml` puts into a list is taken out of it. */
export function resourcesIn(values: readonly Record<string, unknown>[]): Resource[] {
  return values.flatMap((value): Resource[] => {
    if (Array.isArray(value["items"])) return resourcesIn(value["items"].filter(isObject));
    const mark = markOf(value);
    if (!isResource(value) || !mark) return [];
    const metadata = objectIn(value, "metadata");
    return [
      {
        apiVersion: String(value["apiVersion"]),
        kind: String(value["kind"]),
        name: textIn(metadata, "name", ""),
        namespace: textIn(metadata, "namespace", ""),
        metadata,
        spec: objectIn(value, "spec"),
        value,
        mark,
      },
    ];
  });
}

export type Fields = Readonly<Record<string, unknown>>;

export const objectIn = (value: Fields, name: string): Record<string, unknown> =>
  isObject(value[name]) ? value[name] : {};
export const textIn = (value: Fields, name: string, fallback: string): string =>
  typeof value[name] === "string" ? value[name] : fallback;
export const listIn = (value: Fields, name: string): unknown[] =>
  Array.isArray(value[name]) ? value[name] : [];

const compiled = new Map<JsonObject, Validate>();

/**
 * Checks the spec of a resource, which may be left out if it may be null; problems go to `report`, each with its line.
 * Whether it may be read.
 */
export function checkSpec({ value }: Resource, spec: JsonObject, report: Report): boolean {
  const validate =
    compiled.get(spec) ??
    compileSchema({
      type: "object",
      required: Array.isArray(spec["type"]) ? ["metadata"] : ["metadata", "spec"],
      properties: { metadata, spec },
    });
  compiled.set(spec, validate);
  let problems = 0;
  checkValue(validate, value, (diagnostic) => {
    problems++;
    report(diagnostic);
  });
  return problems === 0;
}

const metadata: JsonObject = { type: "object", required: ["name"], properties: { name: { type: "string" } } };
