import { BrokerError, NotAllowed } from "./error.ts";
import { seconds } from "./patience.ts";
import { withoutSecrets } from "./redact.ts";
import { tlsFailure } from "./tls-failure.ts";

/** What an error of the connection means to the person who wrote the kubeconfig. `timeout` in milliseconds. */
export function kubernetesUnreachable(server: string, error: Error, timeout: number): BrokerError {
  return new BrokerError(sentence(server, error, timeout), { cause: error });
}

function sentence(server: string, error: Error, timeout: number): string {
  if (error.name === "TimeoutError") {
    return `Kubernetes at ${server} did not answer within ${seconds(timeout)}. Check that it is well, and that nothing in between swallows the connection.`;
  }
  // fetch says only that it failed; why stands in the cause.
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? "";
  if (code === "ECONNREFUSED") {
    return `Nothing answers at ${server}: the connection was refused. Check that the cluster runs, and the server in the kubeconfig.`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `The host of ${server} can't be found (${code}). Check the server in the kubeconfig, and that this machine may look it up.`;
  }
  if (["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(code)) {
    return `There is no way to ${server} from here (${code}). Check the network, a VPN or a firewall.`;
  }
  const overTls = tlsFailure(server, code, {
    authority: "Check certificate-authority-data in the kubeconfig: it must be of this cluster.",
    plain: "Check the server's port in the kubeconfig.",
    client: "Check the client certificate in the kubeconfig.",
  });
  if (overTls !== undefined) return overTls;
  if (["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(code)) {
    return `${server} closed the connection before it had answered (${code}). Look at the cluster, or at the proxy before it, and try again.`;
  }
  return `Kubernetes at ${server} can't be asked (${code || cause.message}).`;
}

/** A request as people say it: `list Secrets in namespace "shop"`. */
export interface Attempt {
  readonly server: string;
  readonly context: string;
  readonly doing: string;
  /** Answers about secrets may quote them. */
  readonly confidential: boolean;
  /** What the request was sent with: some servers repeat it. */
  readonly credentials: readonly string[];
}

/** What an answer that is no success means. `body` is its text, a Status object when it comes from Kubernetes itself. */
export function kubernetesRefusal(
  { server, context, doing, confidential, credentials }: Attempt,
  status: number,
  body: string,
): BrokerError {
  const { message, causes } = statusIn(body);
  const said =
    message === undefined || confidential ? "" : `: ${withoutSecrets(message, credentials).slice(0, 500)}`;
  if (status === 401) {
    return new BrokerError(
      `Kubernetes at ${server} refuses the login of context "${context}" (401): its credentials are wrong or have expired. Log in again, or correct the kubeconfig.`,
    );
  }
  if (status === 403) {
    return new NotAllowed(
      `Kubernetes at ${server} does not allow to ${doing} (403)${said}. Give the account of context "${context}" that right, or use another context.`,
    );
  }
  const namespace = /^namespaces "(.+)" not found$/.exec(message ?? "")?.[1];
  if (status === 404 && namespace !== undefined) {
    return new BrokerError(
      `Kubernetes at ${server} has no namespace "${namespace}", so it can't ${doing}. Create the namespace first, or have the topology do it with createNamespace: true.`,
    );
  }
  if (status === 409 && causes.length > 0) {
    return new BrokerError(
      `Kubernetes at ${server} did not ${doing}: somebody else manages ${causes.join("; ")}. Remove the object or those fields there, or hand it over with the label app.kubernetes.io/managed-by=queueform.`,
    );
  }
  if (status === 429 || status >= 500) {
    return new BrokerError(
      `Kubernetes at ${server} is not able to ${doing} now (${status})${said}. Look at the cluster, or wait, and try again.`,
    );
  }
  return new BrokerError(
    `Kubernetes at ${server} did not ${doing}; it answered with status ${status}${said}.`,
  );
}

/** Sentence and conflicts of a Status object; nothing for any other text. */
function statusIn(body: string): { message: string | undefined; causes: string[] } {
  const status = parsed(body) as
    | { message?: unknown; details?: { causes?: { reason?: unknown; message?: unknown; field?: unknown }[] } }
    | undefined;
  const message = typeof status?.message === "string" ? status.message.replace(/\.$/, "") : undefined;
  const conflicts = (status?.details?.causes ?? []).filter(({ reason }) => reason === "FieldManagerConflict");
  return {
    message,
    causes: conflicts.map(
      ({ field, message: by }) => `${String(field)} (${String(by).replace(/ at \d.*$/, "")})`,
    ),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
