import { BrokerError } from "./error.ts";

/** What an error of the connection means to the person who wrote the endpoint. `timeout` (ms) when it was ours. */
export function connectionFailure(endpoint: string, error: Error, timeout: number | undefined): BrokerError {
  return new BrokerError(sentence(endpoint, error, timeout));
}

function sentence(endpoint: string, error: Error, timeout: number | undefined): string {
  if (timeout !== undefined) {
    return `RabbitMQ at ${endpoint} did not answer within ${timeout / 1000} seconds. Check that the broker is well, and that nothing in between swallows the connection.`;
  }
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
    return `What listens at ${endpoint} doesn't speak HTTP. The management API usually has port 15672 (15671 with TLS); 5672 is for applications.`;
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return `${endpoint} doesn't speak TLS (${code}). Check whether the endpoint should begin with http: or name another port.`;
  }
  if (/CERT|SIGNATURE|ISSUER/.test(code)) {
    return `The certificate of ${endpoint} is not trusted (${code}). If your own authority signed it, name its PEM file as caFile in the stack file.`;
  }
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ECONNABORTED" || error.message === "aborted") {
    return `${endpoint} closed the connection before it had answered (${code || "aborted"}). Look at the broker, or at the proxy before it, and try again.`;
  }
  return `${endpoint} can't be asked (${code || error.message}).`;
}
