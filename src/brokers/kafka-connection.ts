import { isIP, type Socket } from "node:net";
import { apiVersionsV3, Connection, metadataV12 } from "@platformatic/kafka";
import { BrokerError } from "./error.ts";
import { kafkaFailure } from "./kafka-failure.ts";
import { seconds, usualSilence } from "./patience.ts";

export interface KafkaLogin {
  /** Brokers to start from, each host:port. */
  readonly bootstrap: readonly string[];
  readonly tls: boolean;
  /** PEM text of the certificate authority to trust instead of the usual ones. */
  readonly ca?: string;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
  /** Milliseconds that the broker may be silent; half a minute, and less for the first answer, when absent. */
  readonly timeout?: number;
}

export interface OpenConnection {
  readonly connection: Connection;
  readonly address: string;
  readonly clusterId: string;
  readonly version: string;
  /** Milliseconds that the broker may be silent while it is read. */
  readonly silence: number;
}

const mechanisms = {
  plain: "PLAIN",
  "scram-sha-256": "SCRAM-SHA-256",
  "scram-sha-512": "SCRAM-SHA-512",
} as const;

/** For all bootstrap brokers together, in milliseconds: a dead cluster must be known within ten seconds. */
const patience = 8000;
/** Each call has a deadline of its own, so the library's must not come first. */
const requestTimeout = 2_147_483_647;

/** Connects to the first broker that answers. One that doesn't gets its share of the time, then the next is tried. */
export async function openConnection(login: KafkaLogin): Promise<OpenConnection> {
  const share = (login.timeout ?? patience) / login.bootstrap.length;
  const failures: BrokerError[] = [];
  for (const address of login.bootstrap) {
    try {
      return await greet(login, address, share);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1
    ? failures[0]
    : new BrokerError(`None of the brokers answers. ${failures.map(({ message }) => message).join(" ")}`);
}

/** How the library is told of TLS and of the login, for a connection to one host or to any. */
export function securityOptions({ tls, ca, sasl }: KafkaLogin, isName = true) {
  return {
    ...(tls && { tls: { ...(ca !== undefined && { ca }) }, tlsServerName: isName }),
    ...(sasl && { sasl: { ...sasl, mechanism: mechanisms[sasl.mechanism] } }),
  };
}

async function greet(login: KafkaLogin, address: string, timeout: number): Promise<OpenConnection> {
  const colon = address.lastIndexOf(":");
  // An IPv6 address stands in brackets.
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const connection = new Connection("queueform", {
    connectTimeout: timeout,
    requestTimeout,
    ...securityOptions(login, isIP(host) === 0),
  });
  // Requests fail by themselves when the connection breaks, but only this event says why.
  let lost: Error | undefined;
  connection.on("error", (error: Error) => (lost = error));
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new BrokerError(
            `Kafka at ${address} did not answer within ${seconds(Math.round(timeout / 100) * 100)}. Check that the broker is well, that the port is one of its listeners, and "tls" in the stack file.`,
          ),
        ),
      timeout,
    );
  });
  try {
    const introduced = introduce(connection, host, Number(address.slice(colon + 1)), address);
    return { ...(await Promise.race([introduced, expired])), silence: login.timeout ?? usualSilence };
  } catch (error) {
    connection.socket?.destroy();
    throw kafkaFailure(address, error instanceof BrokerError ? error : (lost ?? error));
  } finally {
    clearTimeout(timer);
  }
}

async function introduce(
  connection: Connection,
  host: string,
  port: number,
  address: string,
): Promise<Omit<OpenConnection, "silence">> {
  await connection.connect(host, port);
  guard(connection.socket);
  const { apiKeys, supportedFeatures } = await apiVersionsV3.api.async(connection, "queueform", "1");
  const offered = apiKeys.find(({ apiKey }) => apiKey === metadataV12.api.key);
  if (!offered || offered.maxVersion < metadataV12.api.version) {
    throw new BrokerError(
      `Kafka at ${address} is older than 3.0, which Queueform can't talk to. Upgrade the broker.`,
    );
  }
  const { clusterId } = await metadataV12.api.async(connection, [], false);
  const level = supportedFeatures?.find(({ name }) => name === "metadata.version")?.maxVersion;
  return {
    connection,
    address,
    clusterId: clusterId ?? "",
    version: level === undefined ? "" : releaseOf(level),
  };
}

/** The library throws where nobody can catch it when the size of an answer makes no sense. */
function guard(socket: Socket): void {
  for (const receive of socket.listeners("data")) {
    socket.off("data", receive as (chunk: Buffer) => void);
    socket.on("data", (chunk: Buffer) => {
      try {
        receive.call(socket, chunk);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

/** The highest metadata.version that each release knows. Source: MetadataVersion.java. */
const levels: readonly (readonly [level: number, release: string])[] = [
  [7, "3.3"],
  [8, "3.4"],
  [11, "3.5"],
  [14, "3.6"],
  [19, "3.7"],
  [20, "3.8"],
  [21, "3.9"],
  [25, "4.0"],
  [27, "4.1"],
  [29, "4.2"],
  [30, "4.3"],
  [33, "4.4"],
  [34, "4.5"],
];

/** Kafka doesn't tell its version, only how far its features go. */
function releaseOf(level: number): string {
  return levels.find(([highest]) => level <= highest)?.[1] ?? "newer than 4.5";
}
