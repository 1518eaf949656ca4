import { join } from "node:path";
import type { Environment } from "./environment/environment.ts";
import { environmentNames, readEnvironment } from "./environment/read.ts";
import { checkShape } from "./language/shape.ts";
import { compile, type Model } from "./plan/model.ts";
import { Linter } from "./rules/lint/linter.ts";
import { readSeverities, type Severities } from "./rules/lint/settings.ts";
import type { Diagnostic } from "./topology/diagnostic.ts";
import type { TopologyFile } from "./topology/file.ts";
import { findFiles, projectDirectory, readSource } from "./topology/files.ts";
import { applyOverlay } from "./topology/overlay.ts";
import type { Source } from "./topology/mark.ts";
import { parseYaml } from "./topology/yaml.ts";

export interface Loaded {
  /** Absent when a file could not be read or has the wrong shape: then there is nothing to compile. */
  readonly model?: Model;
  readonly environment?: Environment;
  readonly diagnostics: readonly Diagnostic[];
  /** Names of the files that can't be read or have the wrong shape: nothing in them is part of the model. */
  readonly leftOut: readonly string[];
}

/**
 * From files to a checked model: read, overlay, shape, compile, rules. Every problem is in `diagnostics`; throws
 * UsageError for paths and environments that do not exist.
 */
export function load(
  paths: readonly string[],
  environment?: string,
  directory: string = projectDirectory(),
): Loaded {
  return loadEach(paths, [environment], directory)[0]!;
}

/**
 * What to do with errors: "refuse" compiles nothing and has rules look at the rest, "leave-out" compiles the other files and
 * asks no rules, as for a topology that somebody merged long ago.
 */
export type OnErrors = "refuse" | "leave-out";

/** The same files, read once, for one environment after another. Throws UsageError for paths that do not exist. */
export function loader(
  paths: readonly string[],
  directory: string,
  onErrors: OnErrors,
): (environment: string | undefined) => Loaded {
  const read = readAll(paths, directory);
  const linter = new Linter(read.severities);
  return (environment) => loadOne(read, environment, directory, linter, onErrors);
}

/** The same files as several environments see them, read once; undefined stands for the files without any overlay. */
export function loadEach(
  paths: readonly string[],
  environments: readonly (string | undefined)[],
  directory: string = projectDirectory(),
): Loaded[] {
  const read = readAll(paths, directory);
  const linter = new Linter(read.severities);
  const loaded = environments.map((name) => loadOne(read, name, directory, linter, "refuse"));
  // What one environment doesn't need, another may: only who has looked at all of them knows what is unused.
  const isEverything = [undefined, ...environmentNames(directory)].every((name) =>
    environments.includes(name),
  );
  const unused: Diagnostic[] = [];
  if (isEverything && loaded.every(({ model }) => model)) linter.reportUnused((one) => unused.push(one));
  return loaded.map((one) => ({ ...one, diagnostics: [...one.diagnostics, ...unused] }));
}

interface Read {
  readonly files: readonly { readonly source: Source; readonly value: Record<string, unknown> }[];
  readonly severities: Severities;
  readonly diagnostics: readonly Diagnostic[];
}

function readAll(paths: readonly string[], directory: string): Read {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const files = findFiles(paths.length > 0 ? paths : [join(directory, "topology")]).flatMap((path) => {
    const source = readSource(path, report);
    const value = source && parseYaml(source, report);
    return value ? [{ source, value }] : [];
  });
  return { files, severities: readSeverities(directory, report), diagnostics };
}

function loadOne(
  read: Read,
  name: string | undefined,
  directory: string,
  linter: Linter,
  onErrors: OnErrors,
): Loaded {
  const diagnostics = [...read.diagnostics];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const environment = name === undefined ? undefined : readEnvironment(directory, name, report);
  const values = applyOverlay(
    read.files.map(({ value }) => value),
    environment?.overlay ?? [],
    report,
  );
  const files = values.map((value, index): TopologyFile => ({
    source: read.files[index]!.source,
    domain: String(value["domain"]),
    value,
  }));
  for (const file of files) checkShape(file, report);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const leftOut = [...new Set(errors.map(({ mark }) => mark.source.path))];
  const base = { ...(environment && { environment }), diagnostics, leftOut };
  const isUsable = errors.length === 0 && (name === undefined || environment !== undefined);
  if (!isUsable && onErrors === "refuse") return base;
  const model = compile(
    files.filter(({ source }) => !leftOut.includes(source.path)),
    environment,
  );
  if (onErrors === "refuse") linter.check(model, report);
  return { ...base, model };
}
