import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { load } from "../load.ts";
import { planOf } from "../plan/model.ts";
import type { Plan } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";

/** What the topology was at a git revision, and what has to be said about it. */
export interface RevisionPlan {
  readonly plan: Plan;
  readonly notes: readonly string[];
}

/**
 * The plan of the files as they were at `revision`. A revision without topology files, or without the environment, is an
 * empty plan: everything is new then. Throws UsageError when git doesn't know the revision.
 */
export function revisionPlan(
  directory: string,
  revision: string,
  paths: readonly string[],
  environment: string | undefined,
): RevisionPlan {
  const commit = resolveCommit(directory, revision);
  const root = git(directory, ["rev-parse", "--show-toplevel"]).trim();
  const copy = mkdtempSync(join(tmpdir(), "queueform-revision-"));
  try {
    const wanted = (paths.length > 0 ? paths : [join(directory, "topology")]).map((path) =>
      relative(root, resolve(path)),
    );
    const stacks = relative(root, join(directory, "stacks"));
    const present = [...wanted, stacks, relative(root, join(directory, "Pulumi.yaml"))].filter((path) =>
      exists(root, commit, path),
    );
    if (!wanted.some((path) => present.includes(path)))
      return {
        plan: { objects: [] },
        notes: [`There is no topology at ${revision}: everything counts as new.`],
      };
    checkOut(root, commit, present, copy);
    const project = join(copy, relative(root, directory));
    const { model, diagnostics } = load(
      wanted.filter((path) => present.includes(path)).map((path) => join(copy, path)),
      environment,
      project,
    );
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (model) {
      const notes =
        errors.length > 0
          ? [`The topology at ${revision} had ${errors.length} errors; what could be compiled is compared.`]
          : [];
      return { plan: relocated(planOf(model), copy), notes };
    }
    return {
      plan: { objects: [] },
      notes: [
        `The topology at ${revision} can't be read (${errors[0]?.what ?? "no files"}): everything counts as new.`,
      ],
    };
  } catch (error) {
    if (error instanceof UsageError && environment !== undefined) {
      return {
        plan: { objects: [] },
        notes: [`There was no environment "${environment}" at ${revision}: everything counts as new.`],
      };
    }
    throw error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function resolveCommit(directory: string, revision: string): string {
  try {
    return git(directory, [
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${revision}^{commit}`,
    ]).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new UsageError("git is not installed; a revision can't be read without it.");
    const shallow = tryGit(directory, ["rev-parse", "--is-shallow-repository"])?.trim() === "true";
    throw new UsageError(
      tryGit(directory, ["rev-parse", "--git-dir"]) === undefined
        ? "This folder is not in a git repository, so there is no revision to compare with."
        : `git knows no revision "${revision}" here. ${shallow ? `The clone is shallow: fetch it first, for example with git fetch --depth=1 origin ${revision.replace(/^origin\//, "")}:refs/remotes/${revision}.` : "Fetch it first, or name another one."}`,
    );
  }
}

function exists(root: string, commit: string, path: string): boolean {
  return tryGit(root, ["cat-file", "-e", `${commit}:${path}`]) !== undefined;
}

/** Only files of the revision itself: no filters, hooks or submodules run. */
function checkOut(root: string, commit: string, paths: readonly string[], into: string): void {
  const archive = execFileSync("git", ["archive", "--format=tar", commit, "--", ...paths], {
    cwd: root,
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  execFileSync("tar", ["-x", "-C", into], { input: archive, stdio: ["pipe", "ignore", "pipe"] });
}

/** Origins name the files as they are called in the repository, not in the temporary copy. */
function relocated(plan: Plan, copy: string): Plan {
  const strip = (file: string): string => (file.startsWith(copy) ? file.slice(copy.length + 1) : file);
  return {
    ...plan,
    objects: plan.objects.map((object) =>
      object.origin ? { ...object, origin: { ...object.origin, file: strip(object.origin.file) } } : object,
    ),
  };
}

function git(directory: string, args: string[]): string {
  return execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function tryGit(directory: string, args: string[]): string | undefined {
  try {
    return git(directory, args);
  } catch {
    return undefined;
  }
}
