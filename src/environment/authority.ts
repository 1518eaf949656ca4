import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { projectDirectory, UsageError } from "../topology/files.ts";

/** The PEM text of a caFile, which is named relative to the project folder. Throws UsageError when it can't be read. */
export function readAuthority(caFile: string): string {
  try {
    return readFileSync(resolve(projectDirectory(), caFile), "utf8");
  } catch (error) {
    throw new UsageError(
      `The certificate file "${caFile}" can't be read (${(error as NodeJS.ErrnoException).code}). Correct "caFile" in the stack file; it is relative to the project folder.`,
    );
  }
}
