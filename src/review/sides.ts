import { existsSync } from "node:fs";
import type { OnErrors } from "../load.ts";
import { UsageError } from "../topology/files.ts";
import { commitOf, commitsAhead, knownCommit, mergeBase } from "./git.ts";
import { commitSource } from "./revision.ts";
import { savedPlanSource } from "./saved-plan.ts";
import { filesSource, pathSource, type Side, type Source } from "./source.ts";

/** The two things that `diff` compares. */
export interface Sides {
  readonly before: Source;
  readonly after: Source;
  /** What a reader should know of the choice itself. */
  readonly notes: readonly string[];
}

/**
 * What `--against` and the paths stand for. `against` is a git revision, two of them (`a..b`; `a...b` from where they
 * parted; without b the files as they are), a folder, a topology file or a saved plan. A name that is both is the
 * revision; `./name` is the path. Throws UsageError for what is neither.
 */
export function sidesOf(against: string, paths: readonly string[], directory: string): Sides {
  const range = /^(.*?)(\.\.\.?)(.*)$/.exec(isPath(against) ? "" : against);
  const [from = against, dots, to = ""] = range?.slice(1) ?? [];
  const isRevision = range !== null || (!isPath(against) && knownCommit(directory, from) !== undefined);
  if (!isRevision && existsSync(against)) {
    return { before: sourceAt(against, directory, "leave-out"), after: current(paths, directory), notes: [] };
  }
  const commit = commitOf(directory, from);
  const end = commitOf(directory, to === "" ? "HEAD" : to);
  const start = dots === "..." ? mergeBase(directory, commit, end) : commit;
  const ahead = dots === undefined ? commitsAhead(directory, commit) : 0;
  const after = to === "" ? current(paths, directory) : commitSource(directory, end, to, paths, "refuse");
  return {
    before: commitSource(directory, start, from, paths.some(isSavedPlan) ? [] : paths, "leave-out"),
    after,
    notes:
      ahead === 0
        ? []
        : [
            `${from} has ${ahead} ${ahead === 1 ? "commit" : "commits"} that this branch lacks; what they changed looks undone here. Merge them, or compare with where the branch began: --against ${from}...`,
          ],
  };
}

const isPath = (name: string): boolean => /^(\.{0,2}\/|\.{1,2}$)/.test(name);
const isSavedPlan = (path: string): boolean => path.endsWith(".json");

const sourceAt = (path: string, directory: string, onErrors: OnErrors): Source =>
  isSavedPlan(path) ? savedPlanSource(path) : pathSource(path, directory, onErrors);

function current(paths: readonly string[], directory: string): Source {
  const [first] = paths;
  if (paths.length > 1 && paths.some(isSavedPlan))
    throw new UsageError("A saved plan is compared alone. Name one plan, or topology files only.");
  return paths.length === 1 && first !== undefined && (isSavedPlan(first) || existsSync(first))
    ? sourceAt(first, directory, "refuse")
    : filesSource(paths, directory, "the files as they are", "refuse");
}

/** The environments to compare, one review each; undefined stands for the files without any. */
export function environmentsOf({ before, after }: Sides, named: string | undefined): (string | undefined)[] {
  if (named !== undefined) return [named];
  const { environments } = [after, before].find(({ isPlan }) => isPlan) ?? after;
  return environments.length > 0 ? [...environments] : [undefined];
}

/** What limits the comparison with this old side, in full sentences. */
export function limitsOf({ errors, leftOut, notes }: Side, label: string): string[] {
  return [
    ...notes,
    ...leftOut.map((file) => {
      const found = errors.find(({ mark }) => mark.source.path === file);
      return `${file} at ${label} can't be read (${found?.what ?? "it has errors"}) What it declares counts as new.`;
    }),
  ];
}
