import type { HttpMethod, KubeConfig } from "@kubernetes/client-node";
import { BrokerError } from "./error.ts";
import { kubernetesRefusal, kubernetesUnreachable } from "./kubernetes-failure.ts";
import { usualSilence } from "./patience.ts";

export interface KubernetesLogin {
  /** Path of a kubeconfig file; the usual places when absent. */
  readonly kubeconfig?: string;
  /** The current one of the kubeconfig when absent. */
  readonly context?: string;
  /** Milliseconds for each answer, all of it; half a minute when absent. */
  readonly timeout?: number;
}

export interface Call {
  readonly method: HttpMethod;
  /** Below the server's address, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** As in: Kubernetes does not allow to ... */
  readonly doing: string;
  /** Leaves out of messages what Kubernetes says, which may quote a secret. */
  readonly confidential?: boolean;
}

export interface KubernetesHttp {
  /** The parsed answer, or undefined when there is no such object. Throws BrokerError for everything else. */
  call(call: Call): Promise<unknown>;
  close(): Promise<void>;
}

/** More would only wait in the API server. */
const mostAtATime = 8;

/**
 * JSON over HTTP with the credentials of a kubeconfig. Only credentials and transport are the client library's: its typed
 * objects drop the fields that it doesn't know. Throws BrokerError when there are no usable credentials.
 */
export async function openKubernetesHttp(login: KubernetesLogin): Promise<KubernetesHttp> {
  // Loaded here and not above: it takes longer to load than most commands run.
  const { IsomorphicFetchHttpLibrary, KubeConfig, RequestContext } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  const { timeout = usualSilence } = login;
  const server = selectServer(config, login);
  const credentials = new RequestContext(server, "GET");
  try {
    await config.applySecurityAuthentication(credentials);
  } catch (error) {
    throw new BrokerError(
      `The credentials for Kubernetes at ${server} (context "${config.currentContext}") can't be obtained: ${firstLine(error)}. Check server and user of that context in the kubeconfig.`,
      { cause: error },
    );
  }
  const dispatcher = credentials.getDispatcher();
  const library = new IsomorphicFetchHttpLibrary();
  const inTurn = limiter(mostAtATime);
  // The whole of the header, and what stands after "Bearer".
  const secrets = [credentials.getHeaders()["Authorization"] ?? ""].flatMap((header) => [
    header,
    header.replace(/^\w+ /, ""),
  ]);

  const exchange = async ({
    method,
    path,
    body,
    contentType = "application/json",
  }: Call): Promise<{ status: number; text: string }> => {
    const request = new RequestContext(server + path, method);
    for (const [name, value] of Object.entries(credentials.getHeaders())) request.setHeaderParam(name, value);
    request.setHeaderParam("Accept", "application/json");
    if (body !== undefined) {
      request.setHeaderParam("Content-Type", contentType);
      request.setBody(JSON.stringify(body));
    }
    if (dispatcher) request.setDispatcher(dispatcher);
    request.setSignal(AbortSignal.timeout(timeout));
    try {
      const response = await library.send(request).toPromise();
      return { status: response.httpStatusCode, text: await response.body.text() };
    } catch (error) {
      throw kubernetesUnreachable(server, error instanceof Error ? error : new Error(String(error)), timeout);
    }
  };

  return {
    call: async (call) => {
      const { status, text } = await inTurn(() => exchange(call));
      if (status >= 200 && status < 300) return parse(server, text);
      if (status === 404 && isMissingObject(text, call)) return undefined;
      const attempt = {
        server,
        context: config.currentContext,
        doing: call.doing,
        confidential: call.confidential === true,
        credentials: secrets,
      };
      throw kubernetesRefusal(attempt, status, text);
    },
    close: async () => dispatcher?.destroy(),
  };
}

/** Loads the kubeconfig, chooses the context and returns the server's address. */
function selectServer(config: KubeConfig, { kubeconfig, context }: KubernetesLogin): string {
  const file = kubeconfig === undefined ? "The kubeconfig" : `The kubeconfig ${kubeconfig}`;
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new BrokerError(
      `${file} can't be read: ${firstLine(error)}. Name a kubeconfig file in the stack file, or set KUBECONFIG.`,
      { cause: error },
    );
  }
  if (context !== undefined) config.setCurrentContext(context);
  const server = config.getCurrentCluster()?.server;
  const names = config.contexts.map(({ name }) => name);
  // The library's last resort, which stands for "nothing found".
  if (names.includes("loaded-context") && kubeconfig === undefined) {
    throw new BrokerError(
      "There is no kubeconfig: neither the stack file nor KUBECONFIG names one, and ~/.kube/config does not exist. Name it in the stack file.",
    );
  }
  if (server === undefined) {
    const asked = config.currentContext
      ? `no cluster for the context "${config.currentContext}"`
      : "no current context";
    throw new BrokerError(
      `${file} has ${asked}. Name one of its contexts in the stack file: ${names.join(", ") || "it has none"}.`,
    );
  }
  return server.replace(/\/+$/, "");
}

/** A 404 of Kubernetes for a missing object; of a missing namespace or another program it is a failure. */
function isMissingObject(text: string, { method }: Call): boolean {
  return method !== "PATCH" && text.includes('"reason":"NotFound"');
}

function parse(server: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BrokerError(
      `What answers at ${server} is not Kubernetes: it sent something that is no JSON. Check the server in the kubeconfig, and proxies before it.`,
    );
  }
}

function firstLine(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/\.$/, "");
}

/** Runs what it is given, at most `most` at a time. */
function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over this one's place.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
