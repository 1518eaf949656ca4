import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { environmentNames } from "../environment/read.ts";
import { loader, type OnErrors } from "../load.ts";
import { planOf } from "../plan/model.ts";
import type { Plan } from "../plan/plan.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";

/** One side of a comparison, as one environment sees it. */
export interface Side {
  /** What could be compiled. */
  readonly plan: Plan;
  readonly errors: readonly Diagnostic[];
  /** Files that could not be compiled: nothing in them is part of the plan. */
  readonly leftOut: readonly string[];
  /** What else limits the comparison, in full sentences. */
  readonly notes: readonly string[];
}

/** Something that plans can be made of: files, a git revision, a saved plan. */
export interface Source {
  /** As a reader is told: `main`, `plan.json`. */
  readonly label: string;
  /** The environments it has; empty when its objects belong to none. */
  readonly environments: readonly string[];
  /** It is the plan of one environment, and nothing else can be compared with it. */
  readonly isPlan?: true;
  /** Throws UsageError for an environment that it doesn't have. */
  side(environment: string | undefined): Side;
  close(): void;
}

/** Topology files on this machine; with no paths, those of the project in `directory`. */
export function filesSource(
  paths: readonly string[],
  directory: string,
  label: string,
  onErrors: OnErrors,
): Source {
  let load: ReturnType<typeof loader> | undefined;
  return {
    label,
    // Files that were named one by one are compared as they are, unless somebody asks for an environment.
    environments: paths.length > 0 ? [] : environmentNames(directory),
    side: (environment) => {
      load ??= loader(paths, directory, onErrors);
      const { model, diagnostics, leftOut } = load(environment);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      return { plan: model ? planOf(model) : { objects: [] }, errors, leftOut, notes: [] };
    },
    close: () => undefined,
  };
}

/** A folder with a project of its own, else a file or a folder of files as this project's environments see them. */
export function pathSource(path: string, directory: string, onErrors: OnErrors): Source {
  const isProject =
    statSync(path).isDirectory() && ["Pulumi.yaml", "topology"].some((name) => existsSync(join(path, name)));
  return isProject
    ? filesSource([], resolve(path), path, onErrors)
    : filesSource([path], directory, path, onErrors);
}
