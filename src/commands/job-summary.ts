import { appendFileSync, statSync } from "node:fs";
import type { ReviewDocument } from "../report/review/document.ts";
import { renderMarkdown } from "../report/review/markdown.ts";

/** GitHub drops a summary of more than 1 MiB. */
const maximumBytes = 1_000_000;

/** Adds the review to the summary of the job, where GitHub runs it; elsewhere there is none. */
export function writeJobSummary(document: ReviewDocument): void {
  const path = process.env["GITHUB_STEP_SUMMARY"];
  if (path === undefined || path === "") return;
  const present = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const text = renderMarkdown(document, { maximum: maximumBytes - present });
  appendFileSync(path, text === "" ? "The topology does not change.\n" : text);
}
