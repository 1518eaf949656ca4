import { type IssueDone, putIssue, type WantedIssue } from "../github/issue.ts";
import type { DriftDocument } from "../report/drift/document.ts";
import { driftMarkerOf, minuteOf, renderMarkdown } from "../report/drift/markdown.ts";
import { readDrift } from "../report/drift/read.ts";
import { couldNotCheck, foundIn } from "../report/drift/verdict.ts";
import { readArtifact } from "./artifact.ts";
import { type Console, exit } from "./command.ts";
import { connectionFromProcess, repositoryFromProcess } from "./github.ts";

const outcomes: Readonly<Record<IssueDone["outcome"], string>> = {
  opened: "The issue was opened.",
  updated: "The issue was updated.",
  reopened: "The issue was reopened.",
  closed: "Nothing differs any more; the issue was closed.",
  absent: "There is no open issue, and no drift that needs one.",
};

/** Makes the issue of an environment say what a file says that `drift` wrote. Throws GithubError. */
export async function postIssue(
  path: string | undefined,
  labels: readonly string[],
  console: Console,
): Promise<number> {
  const document = readDrift(readArtifact(path, "drift --env ENV --output json"));
  const repository = repositoryFromProcess();
  const connection = connectionFromProcess("issues: write", console);
  const target = { repository, marker: driftMarkerOf(document.environment) };
  const { outcome, number } = await putIssue(connection, target, wantedIssue(document, labels, new Date()));
  console.say(`${repository}${number === undefined ? "" : `#${number}`}: ${outcomes[outcome]}\n`);
  return exit.ok;
}

/** What could not be checked may still differ: it closes nothing, and alone it is no drift that somebody has to look at. */
function wantedIssue(document: DriftDocument, labels: readonly string[], asOf: Date): WantedIssue {
  const body = renderMarkdown(document, { asOf });
  const { environment } = document;
  if (foundIn(document).length > 0)
    return { state: "open", title: `Messaging drift in ${environment}`, labels, body };
  return couldNotCheck(document).length > 0
    ? { state: "as it is", body }
    : { state: "closed", comment: `No drift in ${environment} any more, as of ${minuteOf(asOf)}.` };
}
