import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { connectionFailure } from "./rabbitmq-failure.ts";

export interface ManagementLogin {
  /** URL of the management API, without a trailing slash. */
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  /** PEM text of the certificate authority to trust instead of the usual ones. */
  readonly ca?: string;
}

export interface HttpRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below the endpoint, percent-encoded. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Milliseconds for everything, the answer included. */
  readonly timeout: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * HTTP over connections that are kept and shared. node:http rather than fetch: without another dependency, fetch can't be
 * given a certificate authority of one's own. Throws BrokerError when there is no answer.
 */
export class HttpConnections {
  private readonly login: ManagementLogin;
  private readonly secure: boolean;
  private readonly agent: HttpAgent;

  constructor(login: ManagementLogin) {
    this.login = login;
    this.secure = login.endpoint.startsWith("https:");
    const options = { keepAlive: true, maxSockets: 8 };
    this.agent = this.secure ? new HttpsAgent(options) : new HttpAgent(options);
  }

  async exchange(request: HttpRequest): Promise<HttpAnswer> {
    // A kept connection may be closed by the broker just as it is used again; every call here may be repeated. Of several
    // that were kept the next may be closed as well: what is opened anew is not.
    for (const agent of [this.agent, this.agent]) {
      try {
        return await this.attempt(request, agent);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
    return this.attempt(request, false);
  }

  /** Cuts all connections; what still waits for an answer fails. */
  close(): void {
    this.agent.destroy();
  }

  private attempt(
    { method, path, body, timeout }: HttpRequest,
    agent: HttpAgent | false,
  ): Promise<HttpAnswer> {
    const { endpoint, username, password, ca } = this.login;
    const signal = AbortSignal.timeout(timeout);
    return new Promise((resolve, reject) => {
      const fail = (error: Error, sent?: ClientRequest): void => {
        const stale = sent?.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
        reject(
          stale
            ? new StaleConnection()
            : connectionFailure(endpoint, error, signal.aborted ? timeout : undefined),
        );
      };
      const receive = (response: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => fail(error));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      };
      const options = {
        method,
        signal,
        agent,
        ...(ca !== undefined && { ca }),
        auth: `${username}:${password}`,
        // Some answers of the API have no body, and then no type of their own.
        headers: { accept: "*/*", ...(body !== undefined && jsonBody(body)) },
      };
      const request = (this.secure ? requestHttps : requestHttp)(`${endpoint}${path}`, options, receive);
      request.on("error", (error) => fail(error, request));
      request.end(body);
    });
  }
}

class StaleConnection extends Error {}

const jsonBody = (body: string): Record<string, string | number> => ({
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
});
