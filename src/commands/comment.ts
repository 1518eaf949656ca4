import { lstatSync, readFileSync } from "node:fs";
import { type Connection, GithubError } from "../github/api.ts";
import { type Outcome, putComment } from "../github/comment.ts";
import { readEvent } from "../github/event.ts";
import { pullRequestOf } from "../github/pull-request.ts";
import { markerOf, renderMarkdown } from "../report/review/markdown.ts";
import { readReview } from "../report/review/read.ts";
import { maximumBytes } from "../report/untrusted.ts";
import { UsageError } from "../topology/files.ts";
import { type Command, type Console, exit } from "./command.ts";

const outcomes: Readonly<Record<Outcome, string>> = {
  created: "The comment was written.",
  updated: "The comment was updated.",
  unchanged: "The comment already says this.",
  removed: "Nothing changes any more; the comment was removed.",
  absent: "Nothing changes, so there is nothing to say.",
};

export const command: Command = {
  positionals: "REVIEW.json",
  maximumPositionals: 1,
  description:
    "Writes a review, as diff --output json printed it, as a comment on the pull request that a GitHub workflow runs for, or brings the comment up to date. Believes nothing in the file but what changes: which pull request it is comes from GitHub. Needs GITHUB_TOKEN.",
  options: {},
  run: async ([path], _values, console) => {
    const review = readReview(readArtifact(path));
    const event = readEvent(process.env["GITHUB_EVENT_PATH"]);
    const connection = connectionFromProcess(console);
    try {
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
    } catch (error) {
      if (!(error instanceof GithubError)) throw error;
      console.say(`${error.message}\n`);
      return exit.couldNotCheck;
    }
  },
};

function connectionFromProcess(console: Console): Connection {
  const {
    GITHUB_TOKEN: token = "",
    GITHUB_API_URL: url = "",
    GITHUB_GRAPHQL_URL: graphql = "",
  } = process.env;
  if (token === "")
    throw new UsageError(
      "GITHUB_TOKEN is not set, so nothing can be posted. In a workflow: env: { GITHUB_TOKEN: ${{ github.token }} }",
    );
  const base = (url === "" ? "https://api.github.com" : url).replace(/\/+$/, "");
  if (!/^https?:\/\//.test(base) || !URL.canParse(base))
    throw new UsageError("GITHUB_API_URL is no http(s) URL.");
  return { url: base, graphqlUrl: graphql === "" ? `${base}/graphql` : graphql, token, say: console.say };
}

/** A link could lead to any file of the machine, so it is none. */
function readArtifact(path: string | undefined): string {
  if (path === undefined)
    throw new UsageError("Which review? Write one: queueform diff --output json > review.json");
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new UsageError(`There is no file "${path}". Write it: queueform diff --output json > ${path}`);
  if (stat.size > maximumBytes)
    throw new UsageError(
      `${path} has ${Math.round(stat.size / 1024 / 1024)} MB; a review has at most ${maximumBytes / 1024 / 1024}. Nothing was posted.`,
    );
  return readFileSync(path, "utf8");
}
