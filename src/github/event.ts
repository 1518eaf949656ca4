import { readFileSync } from "node:fs";
import { UsageError } from "../topology/files.ts";
import { isObject } from "../topology/json.ts";

/** What GitHub says a workflow runs for. Unlike an artifact it can't be written by whoever opened the pull request. */
export interface PullRequestEvent {
  /** owner/name */
  readonly repository: string;
  /** The commit that was reviewed. */
  readonly commit: string;
  /** Absent in a workflow_run, which names no pull request of a fork: then it is looked up by its branch. */
  readonly number?: number;
  /** owner:branch, as the API searches for it. */
  readonly head?: string;
}

/** Reads the event of a `pull_request` workflow, or of a `workflow_run` that follows one. Throws UsageError for others. */
export function readEvent(path: string | undefined): PullRequestEvent {
  if (path === undefined || path === "")
    throw new UsageError(
      "GITHUB_EVENT_PATH is not set, so nobody knows which pull request to comment on. This command is for GitHub workflows; queueform diff --output markdown prints the comment anywhere.",
    );
  const event = parse(path);
  const repository = textAt(event, "repository", "full_name");
  if (repository !== undefined && /^[\w.-]+\/[\w.-]+$/.test(repository)) {
    const found = ofPullRequest(event) ?? ofRun(event);
    if (found) return { repository, ...found };
  }
  throw new UsageError(
    "The event in GITHUB_EVENT_PATH is about no pull request. Run this command on pull_request, or on workflow_run after one.",
  );
}

function ofPullRequest(event: unknown): Omit<PullRequestEvent, "repository"> | undefined {
  const number = valueAt(event, "pull_request", "number");
  const commit = textAt(event, "pull_request", "head", "sha");
  return typeof number === "number" && commit !== undefined ? { number, commit } : undefined;
}

function ofRun(event: unknown): Omit<PullRequestEvent, "repository"> | undefined {
  const [kind, commit, branch] = ["event", "head_sha", "head_branch"].map((name) =>
    textAt(event, "workflow_run", name),
  );
  const owner = textAt(event, "workflow_run", "head_repository", "owner", "login");
  if (kind !== "pull_request" || commit === undefined || branch === undefined || owner === undefined)
    return undefined;
  return { commit, head: `${owner}:${branch}` };
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UsageError(`The event in ${path}, which GITHUB_EVENT_PATH names, can't be read as JSON.`);
  }
}

function valueAt(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);
}

export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}
