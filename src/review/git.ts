import { execFileSync } from "node:child_process";
import { UsageError } from "../topology/files.ts";

/** What git prints. Throws when git refuses. */
export function git(directory: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** What git prints; undefined when it refuses. */
export function tryGit(directory: string, args: readonly string[]): string | undefined {
  try {
    return git(directory, args);
  } catch {
    return undefined;
  }
}

const isShallow = (directory: string): boolean =>
  tryGit(directory, ["rev-parse", "--is-shallow-repository"])?.trim() === "true";

/** The commit that a name stands for, if git knows it. Nothing in the name is taken for an option. */
export function knownCommit(directory: string, revision: string): string | undefined {
  return tryGit(directory, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ])?.trim();
}

/** The same; throws UsageError, which says what to do, when git doesn't know it. */
export function commitOf(directory: string, revision: string): string {
  const commit = knownCommit(directory, revision);
  if (commit !== undefined) return commit;
  try {
    git(directory, ["rev-parse", "--git-dir"]);
  } catch (error) {
    throw new UsageError(
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "git is not installed; a revision can't be read without it."
        : "This folder is not in a git repository, so there is no revision to compare with.",
    );
  }
  throw new UsageError(
    `git knows no revision "${revision}" here. ${isShallow(directory) ? `The clone is shallow: fetch it first, for example with git fetch --depth=1 origin ${revision.replace(/^origin\//, "")}:refs/remotes/${revision}.` : "Fetch it first, or name another one."}`,
  );
}

/** Where two lines of history parted. Throws UsageError when git can't say. */
export function mergeBase(directory: string, one: string, other: string): string {
  const base = tryGit(directory, ["merge-base", one, other])?.trim();
  if (base !== undefined) return base;
  throw new UsageError(
    isShallow(directory)
      ? "The clone is shallow, so git can't tell where the branch began. Fetch the whole history first: git fetch --unshallow"
      : "The two revisions have no history in common. Compare them as they are: write .. instead of ...",
  );
}

/** How many commits `revision` has that HEAD lacks; 0 too where the history isn't there to tell. */
export function commitsAhead(directory: string, revision: string): number {
  if (isShallow(directory)) return 0;
  return Number(tryGit(directory, ["rev-list", "--count", `HEAD..${revision}`]) ?? 0);
}
