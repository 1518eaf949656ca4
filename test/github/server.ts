import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface StoredComment {
  id: number;
  body: string;
  user: { login: string };
}

export interface StoredIssue {
  number: number;
  title: string;
  body: string;
  labels: string[];
  state: string;
  state_reason?: string;
  user: { login: string };
  pull_request?: object;
  comments: string[];
}

interface Pull {
  number: number;
  state: string;
  head: { sha: string; label: string };
  base: { ref: string };
}

/** Answers instead of the server, once; undefined lets the server answer. */
type Disturbance = (request: IncomingMessage, response: ServerResponse) => boolean;

export const bot = "github-actions[bot]";

/** Plays as much of GitHub's API as the comment of a pull request and the issue of an environment need. */
export class GithubServer {
  comments: StoredComment[] = [];
  pulls: Pull[] = [];
  issues: StoredIssue[] = [];
  readonly requests: string[] = [];
  readonly disturbances: Disturbance[] = [];
  login = bot;
  perPage = 100;
  /** Whether a list of issues is only of the creator that it was asked for. */
  heedsCreator = true;
  readonly token = "ghs_thisIsASecret";
  readonly #server: Server = createServer((request, response) => this.#answer(request, response));
  #id = 1000;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.comments = [];
    this.issues = [];
    this.pulls = [
      {
        number: 7,
        state: "open",
        head: { sha: "abc1234def", label: "fork:topic/one" },
        base: { ref: "main" },
      },
    ];
    this.requests.length = 0;
    this.disturbances.length = 0;
    this.perPage = 100;
    this.heedsCreator = true;
  }

  add(body: string, login = bot): StoredComment {
    const comment = { id: ++this.#id, body, user: { login } };
    this.comments.push(comment);
    return comment;
  }

  addIssue(body: string, more: Partial<StoredIssue> = {}): StoredIssue {
    const number = 101 + this.issues.length;
    const user = { login: bot };
    const issue = { number, title: "", body, labels: [], state: "open", user, comments: [], ...more };
    this.issues.push(issue);
    return issue;
  }

  /** Requests that change something. */
  get writes(): string[] {
    return this.requests.filter((line) => !line.startsWith("GET") && line !== "POST /graphql");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    if (this.disturbances[0] && this.disturbances.shift()?.(request, response)) return;
    if (request.headers.authorization !== `Bearer ${this.token}`)
      return reply(response, 401, { message: "Bad credentials" });
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => this.#handle(request.method ?? "", url, text, response));
  }

  #handle(method: string, url: URL, text: string, response: ServerResponse): void {
    const body = (text === "" ? {} : JSON.parse(text)) as Partial<StoredIssue>;
    if ((body.body ?? "").length > 65_536)
      return reply(response, 422, { message: "Body is too long (maximum is 65536 characters)" });
    if (url.pathname === "/graphql") return reply(response, 200, { data: { viewer: { login: this.login } } });
    if (url.pathname === "/repos/shop/topology/pulls") {
      const head = url.searchParams.get("head");
      return reply(
        response,
        200,
        this.pulls.filter((pull) => pull.state === "open" && pull.head.label === head),
      );
    }
    const pull = this.pulls.find(({ number }) => url.pathname === `/repos/shop/topology/pulls/${number}`);
    if (pull) return reply(response, 200, pull);
    if (this.pulls.some(({ number }) => url.pathname === `/repos/shop/topology/issues/${number}/comments`)) {
      if (method === "POST") return reply(response, 201, this.add(body.body ?? "", this.login));
      const page = Number(url.searchParams.get("page") ?? 1);
      const shown = this.comments.slice((page - 1) * this.perPage, page * this.perPage);
      url.searchParams.set("page", String(page + 1));
      if (page * this.perPage < this.comments.length)
        response.setHeader("link", `<${url.href}>; rel="next", <${url.href}>; rel="last"`);
      return reply(response, 200, shown);
    }
    const issue = /^\/repos\/shop\/topology\/issues(?:\/(\d+)(\/comments)?)?$/.exec(url.pathname);
    if (issue) return this.#handleIssue(method, url, issue, body, response);
    const id = /^\/repos\/shop\/topology\/issues\/comments\/(\d+)$/.exec(url.pathname)?.[1];
    const comment = this.comments.find((one) => String(one.id) === id);
    if (!comment) return reply(response, 404, { message: "Not Found" });
    if (method === "DELETE") {
      this.comments = this.comments.filter((one) => one !== comment);
      response.writeHead(204).end();
      return undefined;
    }
    comment.body = body.body ?? "";
    return reply(response, 200, comment);
  }

  /** Pages have a cursor, as GitHub's have where there are many. */
  #handleIssue(
    method: string,
    url: URL,
    [, number, comments]: readonly (string | undefined)[],
    body: Partial<StoredIssue>,
    response: ServerResponse,
  ): void {
    if (number === undefined && method === "POST")
      return reply(response, 201, this.addIssue("", { ...body, user: { login: this.login } }));
    if (number === undefined) {
      const { creator, state, after } = Object.fromEntries(url.searchParams);
      const found = this.issues
        .filter(
          (one) =>
            (one.user.login === creator || !this.heedsCreator) && (state === "all" || one.state === state),
        )
        .toReversed();
      const start = Number(after?.replace("cursor", "") ?? 0);
      const end = start + this.perPage;
      if (url.searchParams.has("page"))
        return reply(response, 422, { message: "Pagination with the page parameter is not supported" });
      url.searchParams.set("after", `cursor${end}`);
      if (end < found.length)
        response.setHeader("link", `<${url.href}&page=0>; rel="first", <${url.href}>; rel="next"`);
      return reply(response, 200, found.slice(start, end));
    }
    const issue = this.issues.find((one) => String(one.number) === number);
    if (!issue) return reply(response, 410, { message: "This issue was deleted" });
    if (comments !== undefined) {
      issue.comments.push(body.body ?? "");
      return reply(response, 201, {});
    }
    Object.assign(issue, body);
    return reply(response, 200, issue);
  }
}

export function reply(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
