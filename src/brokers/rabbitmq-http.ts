import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { BrokerError } from "./error.ts";
import { connectionFailure, lateAnswer } from "./rabbitmq-failure.ts";

export interface ManagementLogin {
  /** URL of the management API, without a trailing slash. */
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  /** PEM text of the certificate authority to trust instead of the usual ones. */
  readonly ca?: string;
  /** Milliseconds that the broker may be silent while it is read; half a minute when absent. */
  readonly timeout?: number;
}

export interface HttpRequest {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below the endpoint, percent-encoded. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string | undefined;
  /** Milliseconds without a sign of life after which the broker is given up. */
  readonly silence: number;
  /** Milliseconds for everything, the answer included. */
  readonly total: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Bytes of one answer; some more and JavaScript can't make a text of them. */
const longestAnswer = 500_000_000;

/**
 * HTTP over connections that are kept and shared. node:http rather than fetch: without another dependency, fetch can't be
 * given a certificate authority of one's own. Throws BrokerError when there is no answer.
 */
export class HttpConnections {
  private readonly login: ManagementLogin;
  private readonly secure: boolean;
  private readonly agent: HttpAgent;
  /** When something came last, whatever had asked for it: a request that waits for its turn is not to blame. */
  private heard = 0;

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
    { method, path, body, silence, total }: HttpRequest,
    agent: HttpAgent | false,
  ): Promise<HttpAnswer> {
    const { endpoint, username, password, ca } = this.login;
    const asked = performance.now();
    let timer: NodeJS.Timeout | undefined;
    return new Promise<HttpAnswer>((resolve, reject) => {
      const fail = (error: Error): void => {
        const stale = request.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
        reject(stale ? new StaleConnection() : connectionFailure(endpoint, error));
      };
      const giveUp = (error: BrokerError): void => {
        reject(error);
        request.destroy();
      };
      const watch = (): void => {
        const now = performance.now();
        const silent = Math.max(asked, this.heard) + silence - now;
        const slow = asked + total - now;
        if (slow <= 0) giveUp(lateAnswer(endpoint, total, silence < total));
        else if (silent <= 0) giveUp(lateAnswer(endpoint, silence, false));
        else timer = setTimeout(watch, Math.ceil(Math.min(silent, slow)));
      };
      const receive = (response: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          this.heard = performance.now();
          chunks.push(chunk);
          size += chunk.length;
          if (size > longestAnswer)
            giveUp(
              new BrokerError(
                `${endpoint} sends more than ${longestAnswer / 1_000_000} MB at once, so it is hardly the management API of RabbitMQ. Check the endpoint in the stack file.`,
              ),
            );
        });
        response.on("error", (error) => reject(connectionFailure(endpoint, error)));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      };
      const options = {
        method,
        agent,
        ...(ca !== undefined && { ca }),
        auth: `${username}:${password}`,
        // Some answers of the API have no body, and then no type of their own.
        headers: { accept: "*/*", ...(body !== undefined && jsonBody(body)) },
      };
      const request = (this.secure ? requestHttps : requestHttp)(`${endpoint}${path}`, options, receive);
      request.on("error", fail);
      request.end(body);
      watch();
    }).finally(() => clearTimeout(timer));
  }
}

class StaleConnection extends Error {}

const jsonBody = (body: string): Record<string, string | number> => ({
  "content-type": "application/json",
  "content-length": Buffer.byteLength(body),
});
