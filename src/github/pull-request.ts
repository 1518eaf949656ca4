import { isObject } from "../topology/json.ts";
import { ask, type Connection } from "./api.ts";
import { type PullRequestEvent, textAt } from "./event.ts";

/**
 * The number of the open pull request whose newest commit is the one that was reviewed; otherwise the reason why there is
 * nothing to comment on. `base` is the branch that the review compared with, where it names one.
 */
export async function pullRequestOf(
  connection: Connection,
  { repository, number, head, commit }: PullRequestEvent,
  base: string | undefined,
): Promise<number | string> {
  const path = `/repos/${repository}/pulls`;
  const { value } =
    number === undefined
      ? await ask(connection, "GET", `${path}?state=open&per_page=100&head=${encodeURIComponent(head ?? "")}`)
      : await ask(connection, "GET", `${path}/${number}`);
  const open = [value].flat().filter((pull) => textAt(pull, "state") === "open");
  if (open.length === 0) return "There is no open pull request for this review. Nothing was posted.";
  const current = open.filter((pull) => textAt(pull, "head", "sha") === commit);
  if (current.length === 0)
    return `The pull request has newer commits than ${commit.slice(0, 7)}, which was reviewed. Nothing was posted: their review follows.`;
  const matching = current.filter((pull) => textAt(pull, "base", "ref") === base);
  const chosen = current.length === 1 ? current : matching;
  const [pull] = chosen;
  if (chosen.length !== 1 || !isObject(pull) || typeof pull["number"] !== "number")
    return `${current.length} pull requests have this commit, and the review doesn't say which it is of. Nothing was posted.`;
  return pull["number"];
}
