import { appendFileSync, statSync } from "node:fs";

/** GitHub drops a summary of more than 1 MiB. */
const maximumBytes = 1_000_000;

/** Adds a text of at most so many bytes to the summary of the job, where GitHub runs it; elsewhere there is none. */
export function writeJobSummary(text: (maximum: number) => string): void {
  const path = process.env["GITHUB_STEP_SUMMARY"];
  if (path === undefined || path === "") return;
  const present = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  appendFileSync(path, text(maximumBytes - present));
}
