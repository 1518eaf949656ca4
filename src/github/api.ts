import { setTimeout as pause } from "node:timers/promises";
import { isObject } from "../topology/json.ts";

export interface Connection {
  /** Of the REST API, without a slash at its end. */
  readonly url: string;
  readonly graphqlUrl: string;
  readonly token: string;
  /** What a job has to be given for this: issues: write. */
  readonly permission: string;
  /** For what takes longer than people expect. */
  readonly say: (sentence: string) => void;
  /** Of one answer, in milliseconds. */
  readonly timeout?: number;
  /** Before a request is tried again the first time, in milliseconds; then twice as long each time. */
  readonly retryDelay?: number;
}

/** GitHub can't be asked, or says no; the message is for people and never holds the token. */
export class GithubError extends Error {
  /** undefined when there was no answer. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }

  /** Whether GitHub may have done what it was asked for, or would another time. */
  get isTransient(): boolean {
    return this.status === undefined || this.status >= 500;
  }
}

export interface Answer {
  readonly value: unknown;
  /** What to ask for the next page, from the ? on; undefined on the last one. */
  readonly next: string | undefined;
}

const attempts = 4;
/** All waiting for rate limits together, in milliseconds: a job that sleeps longer costs more than it gives. */
const maximumWait = 5 * 60_000;

/**
 * Asks GitHub. Waits when it is told to, and tries again after failures that pass; something new is only sent once, because
 * GitHub may have made it although its answer was lost. Throws GithubError.
 */
export async function ask(
  connection: Connection,
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<Answer> {
  const url = path === "/graphql" ? connection.graphqlUrl : `${connection.url}${path}`;
  const repeatable = method !== "POST" || path === "/graphql";
  let waited = 0;
  for (let attempt = 1; ;) {
    const response = await send(connection, method, url, body).catch((error: unknown) => error);
    if (response instanceof Response) {
      if (response.ok) return answerOf(response);
      const said = await messageOf(response);
      const delay = limitOf(response, said);
      if (delay !== undefined && waited + delay <= maximumWait) {
        waited += delay;
        connection.say(`GitHub limits how often it is asked; waiting ${Math.ceil(delay / 1000)} seconds.\n`);
        await pause(delay);
        continue;
      }
      if (response.status < 500 || !repeatable || attempt === attempts)
        throw new GithubError(
          explained(connection, response.status, `${method} ${path}`, said, delay),
          response.status,
        );
    } else if (!repeatable || attempt === attempts) {
      throw new GithubError(`${connection.url} can't be reached: ${reasonOf(response)}.`);
    }
    await pause((connection.retryDelay ?? 1000) * 2 ** (attempt - 1));
    attempt++;
  }
}

/** A whole list. Pages are followed as GitHub links them: it refuses to count them where there are many. Throws GithubError. */
export async function askAll(connection: Connection, path: string, query: string): Promise<unknown[]> {
  const entries: unknown[] = [];
  for (let page: string | undefined = query; page !== undefined;) {
    const { value, next } = await ask(connection, "GET", `${path}${page}`);
    if (Array.isArray(value)) entries.push(...(value as unknown[]));
    page = next;
  }
  return entries;
}

/** False when somebody deleted meanwhile what the request is about. */
export async function ifThere(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof GithubError && (error.status === 404 || error.status === 410)) return false;
    throw error;
  }
}

function send(
  { token, timeout = 30_000 }: Connection,
  method: string,
  url: string,
  body: unknown,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "user-agent": "queueform",
      "x-github-api-version": "2022-11-28",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeout),
  });
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const [, link = ""] = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "") ?? [];
  try {
    return { value: text === "" ? undefined : JSON.parse(text), next: URL.parse(link)?.search };
  } catch {
    throw new GithubError(
      `${new URL(response.url).host} answered with something else than JSON. Is it GitHub's API?`,
      200,
    );
  }
}

/** How long GitHub asks to wait, in milliseconds; undefined when it refuses for another reason. */
function limitOf({ status, headers }: Response, said: string): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = Number(headers.get("retry-after") ?? Number.NaN);
  if (after >= 0) return after * 1000;
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (headers.get("x-ratelimit-remaining") === "0" && reset > 0)
    return Math.max(reset * 1000 - Date.now(), 0) + 1000;
  return status === 429 || /rate limit/i.test(said) ? 60_000 : undefined;
}

const advice: Readonly<Record<number, string>> = {
  401: "GitHub refuses the token. Is GITHUB_TOKEN set from secrets.GITHUB_TOKEN, and has it not expired?",
  404: "It is not there, or the token may not see it. A token of another repository sees nothing of this one.",
  410: "It was deleted, or the repository has no issues: switch them on under Settings > General > Features.",
  422: "GitHub can't work with what it was sent.",
};

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  return isObject(body) && typeof body["message"] === "string" ? body["message"].slice(0, 300) : "";
}

function explained(
  { permission }: Connection,
  status: number,
  request: string,
  said: string,
  delay: number | undefined,
): string {
  const refused =
    status === 403
      ? `The token may not do this. The job needs \`permissions: ${permission}\`.`
      : (advice[status] ?? (status >= 500 ? "Run the job again later." : ""));
  const why =
    delay === undefined
      ? refused
      : `It limits how often it is asked, and wants a wait of ${Math.ceil(delay / 60_000)} minutes; ${maximumWait / 60_000} are the most. Run the job again later.`;
  return `GitHub answered ${request} with ${status}${said === "" ? "" : ` (${said})`}. ${why}`.trimEnd();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it doesn't answer";
  return error.cause instanceof Error ? error.cause.message : error.message;
}
