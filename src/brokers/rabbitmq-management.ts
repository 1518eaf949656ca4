import { BrokerError } from "./error.ts";
import { HttpConnections, type HttpAnswer, type ManagementLogin } from "./rabbitmq-http.ts";

/** The broker understood a request and said no. */
export class Rejection extends BrokerError {
  readonly status: number;
  readonly reason: string;

  constructor(message: string, status: number, reason: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

const defaultTimeout = 10_000;

/** What the answers of the management API mean. Every failure is a BrokerError in sentences, without the password. */
export class ManagementApi {
  private readonly login: ManagementLogin;
  private readonly connections: HttpConnections;

  constructor(login: ManagementLogin) {
    this.login = login;
    this.connections = new HttpConnections(login);
  }

  /** The answer, or undefined when the broker says that there is no such object. `timeout` in milliseconds. */
  async get(path: readonly string[], { query = "", timeout = defaultTimeout } = {}): Promise<unknown> {
    const answer = await this.connections.exchange({
      method: "GET",
      path: `${urlPath(path)}${query}`,
      timeout,
    });
    if (answer.status === 404 && saysNotFound(answer.text)) return undefined;
    this.check(answer, `GET ${urlPath(path)}`);
    return this.parse(answer);
  }

  /** The same for what is a list: anything else that answers there would read as "nothing there". */
  async list(
    path: readonly string[],
    options: { query?: string; timeout?: number } = {},
  ): Promise<unknown[] | undefined> {
    const found = await this.get(path, options);
    if (found === undefined || Array.isArray(found)) return found;
    throw this.unexpected(path);
  }

  /** What to throw when an answer is JSON and yet not what RabbitMQ answers there. */
  unexpected(path: readonly string[]): BrokerError {
    return new BrokerError(
      `${this.login.endpoint} answered GET ${urlPath(path)} with something that RabbitMQ never says there. Check the endpoint in the stack file, and what stands before the broker.`,
    );
  }

  /** Throws Rejection when the broker refuses. `timeout` in milliseconds. */
  async send(
    method: "PUT" | "POST",
    path: readonly string[],
    body: unknown,
    timeout = defaultTimeout,
  ): Promise<void> {
    const request = { method, path: urlPath(path), body: JSON.stringify(body), timeout };
    const answer = await this.connections.exchange(request);
    this.check(answer, `${method} ${request.path}`, Buffer.byteLength(request.body));
  }

  /** What is already gone counts as deleted. `timeout` in milliseconds. */
  async delete(path: readonly string[], timeout = defaultTimeout): Promise<void> {
    const request = { method: "DELETE", path: urlPath(path), timeout } as const;
    const answer = await this.connections.exchange(request);
    if (answer.status !== 404 || !saysNotFound(answer.text)) this.check(answer, `DELETE ${request.path}`);
  }

  close(): void {
    this.connections.close();
  }

  /** `size` is that of the request's body, in bytes. */
  private check({ status, text }: HttpAnswer, request: string, size = 0): void {
    if (status >= 200 && status < 300) return;
    const { endpoint, username } = this.login;
    const reason = reasonIn(text);
    const detail = reason === "" ? String(status) : `${status}: ${reason}`;
    // The broker says 401 to users of the wrong rank, too.
    if (status === 403 || (status === 401 && /administrator|access/i.test(reason))) {
      throw new BrokerError(
        `RabbitMQ at ${endpoint} doesn't allow user "${username}" to do this (${detail}). Reading and writing definitions needs the tag "administrator".`,
      );
    }
    if (status === 401) {
      throw new BrokerError(
        `RabbitMQ at ${endpoint} refuses the login of user "${username}" (401): the name or the password is wrong. Check the secret that the stack file names.`,
      );
    }
    if (status === 404 && !saysNotFound(text)) {
      throw new BrokerError(
        `There is no management API at ${endpoint} (404). Either the path is wrong, or the management plugin is off: rabbitmq-plugins enable rabbitmq_management.`,
      );
    }
    // The broker calls it a bad request, proxies say 413.
    if (status === 413 || /body size limit/i.test(reason)) {
      throw new Rejection(
        `${request} was not taken by RabbitMQ at ${endpoint}, or by a proxy before it, because its ${size} bytes are too many (${detail}). Allow at least 1 MB: management.http.max_body_size in rabbitmq.conf, client_max_body_size in nginx.`,
        status,
        reason,
      );
    }
    if (status >= 500 || status < 400) {
      throw new BrokerError(
        `RabbitMQ at ${endpoint} failed to answer (${detail}). Look at the broker, or at the proxy before it, and try again.`,
      );
    }
    throw new Rejection(`RabbitMQ at ${endpoint} refused ${request} (${detail}).`, status, reason);
  }

  private parse({ text }: HttpAnswer): unknown {
    try {
      return JSON.parse(text);
    } catch {
      const { endpoint } = this.login;
      throw new BrokerError(
        /^\s*</.test(text)
          ? `${endpoint} answered with a web page instead of JSON, so it is not the management API of RabbitMQ, or a proxy stands before it. Check the endpoint in the stack file.`
          : `RabbitMQ at ${endpoint} sent an answer that is cut off or is not JSON (${text.length} characters). Try again; if it stays, look at the proxy before the broker.`,
      );
    }
  }
}

const urlPath = (path: readonly string[]): string => ["/api", ...path.map(encodeURIComponent)].join("/");

/** The API's own "no such object", as opposed to a web server that knows no such page. */
function saysNotFound(text: string): boolean {
  return text.startsWith("{") && /object not found|not_found/i.test(text);
}

function reasonIn(text: string): string {
  try {
    const { reason, error } = JSON.parse(text) as { reason?: unknown; error?: unknown };
    return plain(String(reason ?? error ?? "")).slice(0, 500);
  } catch {
    return "";
  }
}

/** Reasons are often Erlang terms, escaped for a web page: <<"Validation failed\\n...">>. */
function plain(reason: string): string {
  const unescaped = reason.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"');
  return unescaped
    .replaceAll(/<<\\?"|\\?">>|\\(?=")/g, "")
    .replaceAll(/(\\n|\s)+/g, " ")
    .trim();
}
