import { BrokerError } from "./error.ts";
import { seconds } from "./patience.ts";
import { tlsFailure } from "./tls-failure.ts";

/** No answer came in time: nothing at all, or not the end of it. `timeout` in milliseconds. */
export const lateAnswer = (endpoint: string, timeout: number, isSlow: boolean): BrokerError =>
  new BrokerError(
    isSlow
      ? `RabbitMQ at ${endpoint} did not finish its answer within ${seconds(timeout)}, though it kept sending. Check the network, and whether the broker is overloaded.`
      : `RabbitMQ at ${endpoint} did not answer within ${seconds(timeout)}. Check that the broker is well, and that nothing in between swallows the connection.`,
  );

/** What an error of the connection means to the person who wrote the endpoint. */
export function connectionFailure(endpoint: string, error: Error): BrokerError {
  return error instanceof BrokerError ? error : new BrokerError(sentence(endpoint, error));
}

function sentence(endpoint: string, error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ECONNREFUSED") {
    return `Nothing answers at ${endpoint}: the connection was refused. Check that RabbitMQ runs, that its management plugin is on, and the port in the stack file.`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `The host of ${endpoint} can't be found (${code}). Check its name in the stack file, and that this machine may look it up.`;
  }
  if (["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"].includes(code)) {
    return `There is no way to ${endpoint} from here (${code}). Check the network, a VPN or a firewall.`;
  }
  if (code.startsWith("HPE_")) {
    return `What listens at ${endpoint} doesn't speak HTTP. The management API usually has port 15672 (15671 with TLS, then the endpoint begins with https:); 5672 is for applications.`;
  }
  const overTls = tlsFailure(endpoint, code, {
    authority: "If your own authority signed it, name its PEM file as caFile in the stack file.",
    plain: "Check whether the endpoint should begin with http: or name another port.",
    client: "Queueform has none to show: let the management API ask for a login only.",
  });
  if (overTls !== undefined) return overTls;
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED" || error.message === "aborted") {
    return `${endpoint} closed the connection before it had answered (${code || "aborted"}). Look at the broker, or at the proxy before it, and try again.`;
  }
  return `${endpoint} can't be asked (${code || error.message}).`;
}
