import type { Environment } from "../environment/environment.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import type { Reference } from "../kinds/kind.ts";
import { patterns } from "../patterns/index.generated.ts";
import type { Declaration, TopologyFile } from "../topology/file.ts";
import { isObject, type JsonObject } from "../topology/json.ts";
import { type Mark, positionOf, writtenMark } from "../topology/mark.ts";
import type { Origin, Plan, PlanObject } from "./plan.ts";
import { scopesOf } from "./scope.ts";

/** A declaration with what it compiles to and what it refers to. */
export interface Compiled<Value = unknown, Spec extends JsonObject = JsonObject> extends Declaration<Value> {
  readonly spec: Spec;
  readonly references: readonly Reference[];
}

/** The whole topology, patterns expanded, everything compiled: what rules look at and plans are made of. */
export interface Model {
  readonly files: readonly TopologyFile[];
  readonly environment?: Environment;
  readonly all: readonly Compiled[];
  readonly byKey: ReadonlyMap<string, Compiled>;
  ofKind<Value, Spec extends JsonObject>(id: string): Compiled<Value, Spec>[];
}

/** Compiles files whose shape has been checked against the schema. Pure; wrong references are for the rules to find. */
export function compile(files: readonly TopologyFile[], environment?: Environment): Model {
  const context = { files, ...(environment && { environment }) };
  const declared = files.flatMap((file) =>
    Object.values(kinds).flatMap((kind) =>
      kind.declare(file).map((one) => ({
        ...one,
        file,
        ...(kind.section && isObject(one.value) && { written: one.value }),
      })),
    ),
  );
  const expanded = patterns.reduce(
    (declarations, pattern) => pattern.expand(declarations, context),
    declared,
  );
  const all = expanded.map((declaration): Compiled => {
    const kind = kinds[declaration.kind]!;
    return { ...declaration, spec: kind.compile(declaration), references: kind.references(declaration) };
  });
  const byKind = Map.groupBy(all, (compiled) => compiled.kind);
  return {
    files,
    ...(environment && { environment }),
    all,
    byKey: new Map(all.map((compiled) => [compiled.key, compiled])),
    ofKind: <Value, Spec extends JsonObject>(id: string) => (byKind.get(id) ?? []) as Compiled<Value, Spec>[],
  };
}

/** What objects of plans were compiled from, in this process. */
const declarations = new WeakMap<PlanObject, Compiled>();

/** The line that gave a field of an object its value; undefined when nobody wrote it, and for plans from elsewhere. */
export function originOfField(object: PlanObject, field: string): Origin | undefined {
  const declaration = declarations.get(object);
  const words = kinds[object.kind]?.words?.(field) ?? [];
  for (const path of [...words, field]) {
    const mark = declaration && writtenMark(declaration.value, path);
    if (mark) return originAt(mark);
  }
  return undefined;
}

const originAt = ({ source, start }: Mark): Origin => ({ file: source.path, ...positionOf(source, start) });

export function planOf(model: Model): Plan {
  const objects = [...model.byKey.values()].map((compiled): PlanObject => {
    const dependsOn = compiled.references.filter(({ key }) => model.byKey.has(key)).map(({ key }) => key);
    const object: PlanObject = {
      kind: compiled.kind,
      key: compiled.key,
      cluster: compiled.cluster,
      spec: sorted(compiled.spec),
      ...(compiled.operations && { operations: sorted(compiled.operations) }),
      ...(compiled.addedBy !== undefined && { addedBy: compiled.addedBy }),
      ...(compiled.written && { written: compiled.written }),
      dependsOn: [...new Set(dependsOn)].toSorted(),
      origin: originAt(compiled.mark),
    };
    declarations.set(object, compiled);
    return object;
  });
  const owns = scopesOf(model.files);
  return {
    ...(model.environment && { environment: model.environment.name }),
    ...(owns.length > 0 && { owns }),
    objects: objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner as unknown)]),
  ) as T;
}
