import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { environmentNames } from "../environment/read.ts";
import type { OnErrors } from "../load.ts";
import { UsageError } from "../topology/files.ts";
import { git, tryGit } from "./git.ts";
import { filesSource, type Side, type Source } from "./source.ts";

const nothing = (note: string): Side => ({ plan: { objects: [] }, errors: [], leftOut: [], notes: [note] });

/**
 * The files as they were in a commit. One without topology files, or without the environment, makes an empty plan, and
 * says so: everything is new then.
 */
export function commitSource(
  directory: string,
  commit: string,
  label: string,
  paths: readonly string[],
  onErrors: OnErrors,
): Source {
  const root = git(directory, ["rev-parse", "--show-toplevel"]).trim();
  const wanted = (paths.length > 0 ? paths : [join(directory, "topology")]).map((path) => {
    const inside = relative(root, resolve(path));
    if (inside.startsWith(".."))
      throw new UsageError(`"${path}" lies outside the repository ${root}, so no revision of it has it.`);
    return inside;
  });
  const project = relative(root, directory);
  const settings = ["stacks", "Pulumi.yaml", "queueform.yaml"].map((name) => join(project, name));
  const present = [...wanted, ...settings].filter(
    (path) => tryGit(root, ["cat-file", "-e", `${commit}:${path}`]) !== undefined,
  );
  const found = wanted.filter((path) => present.includes(path));
  const copy = mkdtempSync(join(tmpdir(), "queueform-revision-"));
  const close = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    if (present.length > 0) checkOut(root, commit, present, copy);
  } catch (error) {
    close();
    throw error;
  }
  const at = join(copy, project);
  const files = filesSource(
    found.map((path) => join(copy, path)),
    at,
    label,
    onErrors,
  );
  const environments = environmentNames(at);
  return {
    label,
    environments: paths.length > 0 ? [] : environments,
    side: (environment) => {
      if (found.length === 0) return nothing(`There is no topology at ${label}: everything counts as new.`);
      if (environment !== undefined && !environments.includes(environment))
        return nothing(`There is no environment "${environment}" at ${label}: everything counts as new.`);
      return inRepository(files.side(environment), copy);
    },
    close,
  };
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

/** Names the files as they are called in the repository, not in the temporary copy. */
function inRepository({ plan, errors, leftOut, notes }: Side, copy: string): Side {
  const called = (file: string): string => relative(copy, resolve(file));
  const objects = plan.objects.map((object) =>
    object.origin ? { ...object, origin: { ...object.origin, file: called(object.origin.file) } } : object,
  );
  return {
    plan: { ...plan, objects },
    errors: errors.map((error) => {
      const { source } = error.mark;
      return { ...error, mark: { ...error.mark, source: { ...source, path: called(source.path) } } };
    }),
    leftOut: leftOut.map(called),
    notes,
  };
}
