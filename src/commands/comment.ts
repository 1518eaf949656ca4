import { GithubError } from "../github/api.ts";
import { type Outcome, putComment } from "../github/comment.ts";
import { readEvent } from "../github/event.ts";
import { pullRequestOf } from "../github/pull-request.ts";
import { markerOf, renderMarkdown } from "../report/review/markdown.ts";
import { readReview } from "../report/review/read.ts";
import { UsageError } from "../topology/files.ts";
import { readArtifact } from "./artifact.ts";
import { type Command, type Console, exit, list } from "./command.ts";
import { connectionFromProcess } from "./github.ts";
import { postIssue } from "./issue.ts";

const outcomes: Readonly<Record<Outcome, string>> = {
  created: "The comment was written.",
  updated: "The comment was updated.",
  unchanged: "The comment already says this.",
  removed: "Nothing changes any more; the comment was removed.",
  absent: "Nothing changes, so there is nothing to say.",
};

export const command: Command = {
  positionals: "FILE.json",
  maximumPositionals: 1,
  description:
    "Writes a review, as diff --output json printed it, as a comment on the pull request that a GitHub workflow runs for, or brings the comment up to date. With --issue: keeps one issue for each environment that says how its brokers differ, as drift --output json printed it. Believes nothing in the file but what changes or differs: where to write comes from GitHub. Needs GITHUB_TOKEN.",
  options: {
    issue: {
      type: "boolean",
      description:
        "FILE.json is drift: open its issue, or bring it up to date, or reopen it; close it when nothing differs any more",
    },
    label: {
      type: "string",
      multiple: true,
      placeholder: "LABEL",
      description: "With --issue: a label of a new issue; repeat it for more",
    },
  },
  run: async ([path], values, console) => {
    const labels = list(values, "label");
    if (labels.length > 0 && values["issue"] !== true)
      throw new UsageError("--label is for new issues: add --issue, or leave it out.");
    try {
      return values["issue"] === true
        ? await postIssue(path, labels, console)
        : await postComment(path, console);
    } catch (error) {
      if (!(error instanceof GithubError)) throw error;
      console.say(`${error.message}\n`);
      return exit.couldNotCheck;
    }
  },
};

async function postComment(path: string | undefined, console: Console): Promise<number> {
  const review = readReview(readArtifact(path, "diff --output json"));
  const event = readEvent(process.env["GITHUB_EVENT_PATH"]);
  const connection = connectionFromProcess("pull-requests: write", console);
  const base = /^origin\/(.+)$/.exec(review.against)?.[1];
  const number = await pullRequestOf(connection, event, base);
  if (typeof number === "string") {
    console.say(`${number}\n`);
    return exit.ok;
  }
  const { repository, commit } = event;
  const markers = review.environments.map(({ environment }) => markerOf(environment));
  const body = renderMarkdown(review, { commit });
  const outcome = await putComment(connection, { repository, number, markers }, body);
  console.say(`${repository}#${number}: ${outcomes[outcome]}\n`);
  return exit.ok;
}
