import { BrokerError, NotAllowed } from "./error.ts";
import { patienceWithSlowness, usualSilence } from "./patience.ts";
import { HttpConnections, type HttpAnswer, type ManagementLogin } from "./rabbitmq-http.ts";
import { fits, type Shape } from "./rabbitmq-shapes.ts";
import { withoutSecrets } from "./redact.ts";

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

/** Milliseconds for writing something small. */
const writeTimeout = 10_000;

/** What the answers of the management API mean. Every failure is a BrokerError in sentences, without the password. */
export class ManagementApi {
  private readonly login: ManagementLogin;
  private readonly connections: HttpConnections;

  constructor(login: ManagementLogin) {
    this.login = login;
    this.connections = new HttpConnections(login);
  }

  /** An object of this shape, or undefined when the broker says that there is no such object. */
  async get<T>(path: readonly string[], shape: Shape, query = ""): Promise<T | undefined> {
    const found = await this.read(path, query);
    if (found === undefined || fits(found, shape)) return found as T | undefined;
    throw this.unexpected(path);
  }

  /** The same for a list: anything else that answers there would read as "nothing there". */
  async list<T>(path: readonly string[], shape: Shape, query = ""): Promise<T[] | undefined> {
    const found = await this.read(path, query);
    if (found === undefined || (Array.isArray(found) && found.every((item) => fits(item, shape))))
      return found as T[] | undefined;
    throw this.unexpected(path);
  }

  /** A list that every broker has, though it may be empty. */
  async wholeList<T>(path: readonly string[], shape: Shape, query = ""): Promise<T[]> {
    const found = await this.list<T>(path, shape, query);
    if (!found) throw this.unexpected(path);
    return found;
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
    timeout = writeTimeout,
  ): Promise<void> {
    const limits = { silence: timeout, total: timeout };
    const request = { method, path: urlPath(path), body: JSON.stringify(body), ...limits };
    const answer = await this.connections.exchange(request);
    this.check(answer, `${method} ${request.path}`, Buffer.byteLength(request.body));
  }

  /** What is already gone counts as deleted. `timeout` in milliseconds. */
  async delete(path: readonly string[], timeout = writeTimeout): Promise<void> {
    const limits = { silence: timeout, total: timeout };
    const request = { method: "DELETE", path: urlPath(path), ...limits } as const;
    const answer = await this.connections.exchange(request);
    if (answer.status !== 404 || !saysNotFound(answer.text)) this.check(answer, `DELETE ${request.path}`);
  }

  close(): void {
    this.connections.close();
  }

  private async read(path: readonly string[], query: string): Promise<unknown> {
    const { timeout: silence = usualSilence } = this.login;
    const answer = await this.connections.exchange({
      method: "GET",
      path: `${urlPath(path)}${query}`,
      silence,
      total: silence * patienceWithSlowness,
    });
    if (answer.status === 404 && saysNotFound(answer.text)) return undefined;
    this.check(answer, `GET ${urlPath(path)}`);
    return this.parse(answer);
  }

  /** `size` is that of the request's body, in bytes. */
  private check({ status, text }: HttpAnswer, request: string, size = 0): void {
    if (status >= 200 && status < 300) return;
    const { endpoint, username, password } = this.login;
    const reason = withoutSecrets(reasonIn(text), [password, `${username}:${password}`]);
    const detail = reason === "" ? String(status) : `${status}: ${reason}`;
    // The broker says 401 to users of the wrong rank, too.
    if (status === 403 || (status === 401 && /administrator|access/i.test(reason))) {
      throw new NotAllowed(
        `RabbitMQ at ${endpoint} doesn't allow user "${username}" to ${request} (${detail}). Reading and writing definitions needs the tag "administrator".`,
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
    if (status >= 300 && status < 400) {
      throw new BrokerError(
        `${endpoint} sends whoever asks it somewhere else (${status}), as a proxy with a sign-in page does. Name the management API itself in the stack file.`,
      );
    }
    if (status === 429) {
      throw new BrokerError(
        `${endpoint} has been asked too often (${detail}). Wait, or let the proxy before the broker allow more, and try again.`,
      );
    }
    if (status >= 500 || status < 200) {
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
