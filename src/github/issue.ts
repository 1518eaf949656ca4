import { isObject } from "../topology/json.ts";
import { ask, askAll, type Connection, GithubError, ifThere } from "./api.ts";
import { textAt } from "./event.ts";
import { ownLogin } from "./login.ts";

export interface IssueTarget {
  /** owner/name */
  readonly repository: string;
  /** The first line of our issue, which nobody sees. */
  readonly marker: string;
}

/** What is to be. A title and labels are for a new issue only: people may change those of one that is there. */
export type WantedIssue =
  | {
      readonly state: "open";
      readonly title: string;
      readonly labels: readonly string[];
      readonly body: string;
    }
  /** Closed with a comment, if it is open. */
  | { readonly state: "closed"; readonly comment: string }
  /** A new text, if it is open. */
  | { readonly state: "as it is"; readonly body: string };

export interface IssueDone {
  readonly outcome: "opened" | "updated" | "reopened" | "closed" | "absent";
  /** Absent where there is none, or none that is open. */
  readonly number?: number;
}

interface Issue {
  readonly number: number;
  readonly isOpen: boolean;
}

/** Makes our one issue with a marker what it is to be. Throws GithubError. */
export async function putIssue(
  connection: Connection,
  target: IssueTarget,
  wanted: WantedIssue,
  attempt = 1,
): Promise<IssueDone> {
  const [kept, ...others] = await ownIssues(connection, target);
  for (const { number, isOpen } of others)
    if (kept && isOpen)
      await ifThere(close(connection, target, number, `#${kept.number} says this too.`, "not_planned"));
  if (wanted.state === "open") {
    const { body, title, labels } = wanted;
    if (kept && (await ifThere(edit(connection, target, kept.number, { body, state: "open" }))))
      return { outcome: kept.isOpen ? "updated" : "reopened", number: kept.number };
    try {
      const { value } = await ask(connection, "POST", issuesOf(target), { title, body, labels });
      const number = isObject(value) ? value["number"] : undefined;
      return { outcome: "opened", ...(typeof number === "number" && { number }) };
    } catch (error) {
      // GitHub may have made it although it didn't say so: look before trying again.
      if (!(error instanceof GithubError) || !error.isTransient || attempt === 3) throw error;
      return putIssue(connection, target, wanted, attempt + 1);
    }
  }
  if (!kept?.isOpen) return { outcome: "absent" };
  const { number } = kept;
  if (wanted.state === "closed") {
    const isClosed = await ifThere(close(connection, target, number, wanted.comment, "completed"));
    return isClosed ? { outcome: "closed", number } : { outcome: "absent" };
  }
  const isEdited = await ifThere(edit(connection, target, number, { body: wanted.body }));
  return isEdited ? { outcome: "updated", number } : { outcome: "absent" };
}

const issuesOf = ({ repository }: IssueTarget): string => `/repos/${repository}/issues`;

const edit = (
  connection: Connection,
  target: IssueTarget,
  number: number,
  what: Readonly<Record<string, string>>,
): Promise<unknown> => ask(connection, "PATCH", `${issuesOf(target)}/${number}`, what);

/** The comment comes first: what fails after it is made up for the next night, and nobody wonders why it was closed. */
async function close(
  connection: Connection,
  target: IssueTarget,
  number: number,
  comment: string,
  reason: "completed" | "not_planned",
): Promise<void> {
  await ask(connection, "POST", `${issuesOf(target)}/${number}/comments`, { body: comment });
  await edit(connection, target, number, { state: "closed", state_reason: reason });
}

/** Issues that we wrote, open ones first, then the oldest; a person who copies one keeps what they wrote. */
async function ownIssues(connection: Connection, target: IssueTarget): Promise<Issue[]> {
  const login = await ownLogin(connection);
  const query = `?state=all&per_page=100&creator=${encodeURIComponent(login)}`;
  return (await askAll(connection, issuesOf(target), query))
    .flatMap((issue) =>
      isObject(issue) &&
      typeof issue["number"] === "number" &&
      issue["pull_request"] === undefined &&
      textAt(issue, "user", "login") === login &&
      textAt(issue, "body")?.split(/\r?\n/, 1)[0] === target.marker
        ? [{ number: issue["number"], isOpen: issue["state"] === "open" }]
        : [],
    )
    .toSorted((a, b) => Number(b.isOpen) - Number(a.isOpen) || a.number - b.number);
}
