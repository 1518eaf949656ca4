import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Report } from "./diagnostic.ts";
import type { Source } from "./mark.ts";

/** Larger than any topology anyone writes by hand, small enough to refuse a dump given by mistake at once. */
const maximumBytes = 10 * 1024 * 1024;

/** What may be deleted or replaced: it stands beside the topology files and is none of them. */
export const approvalsFile = "approvals.yaml";

/** The command was called in a way that can't work: exit code 64. */
export class UsageError extends Error {}

/**
 * The YAML files that `paths` name, folders searched downwards, sorted so that the result doesn't depend on the order
 * of the arguments or of the disk. Throws UsageError for a path that is not there or a folder without a YAML file.
 */
export function findFiles(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat)
      throw new UsageError(
        `There is no file or folder "${path}". Name a topology file, or a folder of them.`,
      );
    if (!stat.isDirectory()) {
      found.add(path);
      continue;
    }
    const inside = readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => relative(path, file) !== approvalsFile)
      // Hidden files and folders belong to tools; Pulumi leaves one wherever it is started.
      .filter(
        (file) =>
          !relative(path, file)
            .split(sep)
            .some((part) => part.startsWith(".")),
      );
    if (inside.length === 0) {
      throw new UsageError(
        `The folder "${path}" holds no .yaml file. Put a topology file there, or name another folder.`,
      );
    }
    for (const file of inside) found.add(file);
  }
  return [...found].toSorted();
}

/** Reads one file as UTF-8; what can't be read that way is reported and gives undefined. */
export function readSource(path: string, report: Report): Source | undefined {
  const shown = relative(process.cwd(), path) || path;
  const name = shown.startsWith("..") ? path : shown;
  const blank: Source = { path: name, text: "" };
  const refuse = (rule: string, what: string, why: string, fix: string): undefined => {
    report({ rule, severity: "error", what, why, fix, mark: { source: blank, start: 0, end: 0 } });
    return undefined;
  };
  const { size } = statSync(path);
  if (size > maximumBytes) {
    return refuse(
      "file-too-large",
      `The file has ${Math.round(size / 1024 / 1024)} MB; at most ${maximumBytes / 1024 / 1024} MB are read.`,
      "A topology of 10,000 objects takes about 1 MB, so this is probably not a topology.",
      "Split it by domain into several files, or name the file you meant.",
    );
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    return refuse(
      "file-not-readable",
      `The file can't be read (${code}).`,
      "What it declares is unknown.",
      "Check its permissions.",
    );
  }
  const notText = (): undefined =>
    refuse(
      "file-not-utf8",
      "The file is not UTF-8 text.",
      "Names read in a wrong encoding would create objects nobody meant.",
      "Save it as UTF-8, or name the file you meant.",
    );
  if (bytes.includes(0)) return notText();
  try {
    return { path: name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return notText();
  }
}

/** The folder that commands work in: the nearest one upwards with a Pulumi.yaml, else this one. */
export function projectDirectory(from: string = process.cwd()): string {
  for (let directory = from; ;) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    const parent = join(directory, "..");
    if (parent === directory) return from;
    directory = parent;
  }
}
