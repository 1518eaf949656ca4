import { lstatSync, readFileSync } from "node:fs";
import { maximumBytes } from "../report/untrusted.ts";
import { UsageError } from "../topology/files.ts";

/** The text of a file that another job left; `made` is what writes it. A link could lead to any file, so it is none. */
export function readArtifact(path: string | undefined, made: string): string {
  if (path === undefined) throw new UsageError(`Which file? Write one: queueform ${made} > FILE.json`);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new UsageError(`There is no file "${path}". Write it: queueform ${made} > ${path}`);
  if (stat.size > maximumBytes)
    throw new UsageError(
      `${path} has ${Math.round(stat.size / 1024 / 1024)} MB; ${maximumBytes / 1024 / 1024} are the most. Nothing was posted.`,
    );
  return readFileSync(path, "utf8");
}
