import { findErrorBy, protocolErrors, protocolErrorsCodesById, ResponseError } from "@platformatic/kafka";
import { BrokerError } from "./error.ts";
import { type TlsAdvice, tlsFailure } from "./tls-failure.ts";

/** The reply inside an error that only says that some of its items were refused; undefined for any other error. */
export function replyIn(error: unknown): unknown {
  return error instanceof ResponseError ? (error["response"] as unknown) : undefined;
}

/** Kafka's words for an error code, the broker's own first. */
export function reasonOf(code: number, message: string | null | undefined): string {
  const id = protocolErrorsCodesById[code];
  return message ?? (id === undefined ? `error ${code}` : (protocolErrors[id]?.message ?? id));
}

/** What a failure of a connection or of a whole request means to the person who wrote the stack file. */
export function kafkaFailure(address: string, error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError(sentence(address, error instanceof Error ? error : new Error(String(error))));
}

function sentence(address: string, error: Error): string {
  const has = (property: string, value: string): boolean => findErrorBy(error, property, value) !== null;
  const messages = chain(error);
  const says = (text: string): boolean => messages.some((message) => message.includes(text));
  const code = codes(error).find((found) => !found.startsWith("PLT_KFK"));
  if (has("code", "PLT_KFK_AUTHENTICATION") || says("SASL")) {
    return `Kafka at ${address} refuses the login: name, password or mechanism is wrong. Check "sasl" in the stack file and the secret that it names.`;
  }
  if (says("requires TLS")) return `Kafka at ${address} asks for TLS. Set "tls: true" in the stack file.`;
  const overTls = code === undefined ? undefined : tlsFailure(`Kafka at ${address}`, code, tlsAdvice);
  if (overTls !== undefined) return overTls;
  if (says("TLS handshake failed")) return `Kafka at ${address} doesn't speak TLS. ${tlsAdvice.plain}`;
  if (code === "ECONNREFUSED")
    return `Nothing answers at ${address}: the connection was refused. Check that Kafka runs, and the port in the stack file.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return `The host of ${address} can't be found (${code}). Check its name in the stack file, and that this machine may look it up.`;
  }
  if (code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return `There is no way to ${address} from here (${code}). Check the network, a VPN or a firewall.`;
  }
  if (says("timed out")) return `Kafka at ${address} did not answer in time. Check that the broker is well.`;
  if (says("Connection closed") || code === "ECONNRESET" || code === "EPIPE") {
    return `Kafka at ${address} closed the connection. Check that the port is a listener of Kafka, and whether it asks for a login ("sasl" in the stack file).`;
  }
  if ([...causes(error)].some((cause) => cause instanceof TypeError || code === "OUT_OF_BOUNDS"))
    return `What answers at ${address} doesn't speak Kafka's protocol. Check that the port is a listener of Kafka, and that nothing in between changes what passes.`;
  return `Kafka at ${address} can't be asked: ${messages.at(-1) ?? error.message}.`;
}

const tlsAdvice: TlsAdvice = {
  authority: "If your own authority signed it, name its PEM file as caFile in the stack file.",
  plain: 'Set "tls: false" in the stack file, or name the port of its TLS listener.',
  client: "Queueform has none to show: name a listener that asks for a login (sasl) instead.",
};

/** An error and everything that caused it. */
function* causes(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  yield* causes(error.cause);
  if (error instanceof AggregateError) for (const inner of error.errors) yield* causes(inner);
}

const chain = (error: Error): string[] => [...causes(error)].map(({ message }) => message);
const codes = (error: Error): string[] =>
  [...causes(error)].flatMap((cause) => (cause as NodeJS.ErrnoException).code ?? []);
