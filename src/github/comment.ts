import { isObject } from "../topology/json.ts";
import { ask, askAll, type Connection, GithubError, ifThere } from "./api.ts";
import { textAt } from "./event.ts";
import { ownLogin } from "./login.ts";

interface Comment {
  readonly id: number;
  readonly body: string;
}

export interface CommentTarget {
  /** owner/name */
  readonly repository: string;
  readonly number: number;
  /** A comment of ours that begins with any of them is the one. */
  readonly markers: readonly string[];
}

export type Outcome = "created" | "updated" | "unchanged" | "removed" | "absent";

/** Makes `body` our one comment on a pull request; an empty body is none. Throws GithubError. */
export async function putComment(
  connection: Connection,
  target: CommentTarget,
  body: string,
  attempt = 1,
): Promise<Outcome> {
  const [kept, ...others] = await ownComments(connection, target);
  const surplus = body === "" && kept ? [kept, ...others] : others;
  for (const { id } of surplus) await ifThere(ask(connection, "DELETE", commentPath(target, id)));
  if (body === "") return kept ? "removed" : "absent";
  if (kept?.body === body) return "unchanged";
  if (kept && (await ifThere(ask(connection, "PATCH", commentPath(target, kept.id), { body }))))
    return "updated";
  try {
    await ask(connection, "POST", `/repos/${target.repository}/issues/${target.number}/comments`, { body });
    return "created";
  } catch (error) {
    // GitHub may have made it although it didn't say so: look before trying again.
    if (!(error instanceof GithubError) || !error.isTransient || attempt === 3) throw error;
    return putComment(connection, target, body, attempt + 1);
  }
}

const commentPath = ({ repository }: CommentTarget, id: number): string =>
  `/repos/${repository}/issues/comments/${id}`;

/** Comments that we wrote: a person who quotes one, or writes our marker, keeps what they wrote. */
async function ownComments(connection: Connection, target: CommentTarget): Promise<Comment[]> {
  const path = `/repos/${target.repository}/issues/${target.number}/comments`;
  const marked = (await askAll(connection, path, "?per_page=100")).flatMap((comment) => {
    const body = textAt(comment, "body") ?? "";
    const [first = ""] = body.split(/\r?\n/, 1);
    return isObject(comment) &&
      typeof comment["id"] === "number" &&
      first.startsWith("<!-- queueform") &&
      target.markers.some((marker) => first.includes(marker))
      ? [{ id: comment["id"], body, login: textAt(comment, "user", "login") }]
      : [];
  });
  if (marked.length === 0) return [];
  const login = await ownLogin(connection);
  return marked.filter((comment) => comment.login === login);
}
