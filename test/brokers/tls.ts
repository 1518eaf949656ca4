import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";

/** Files of a certificate authority of one's own, and of a server at 127.0.0.1 that it vouches for. */
export interface Authority {
  /** Certificate of the authority, PEM. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** `certified` is what the server's certificate is for, as openssl writes it. */
export function makeAuthority(directory: string, certified = "IP:127.0.0.1"): Authority {
  const at = (name: string): string => join(directory, name);
  const request = (name: string, ...rest: string[]): void => {
    const output = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`), "-days", "2", "-nodes"];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...output, ...rest], { stdio: "ignore" });
  };
  request("ca", "-subj", "/CN=An authority of our own");
  const signed = [
    "-CA",
    at("ca.pem"),
    "-CAkey",
    at("ca.key"),
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  request("server", "-subj", "/CN=127.0.0.1", "-addext", `subjectAltName=${certified}`, ...signed);
  return { ca: at("ca.pem"), certificate: at("server.pem"), key: at("server.key") };
}

export interface TlsRelay {
  /** host:port for clients that speak TLS. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Stands before a server that doesn't speak TLS, given as host:port. Where the server says its own address, as Kafka does
 * to every client, that of the relay is put in its place: clients would go past the relay otherwise.
 */
export async function relayTls(
  target: string,
  { certificate, key }: Authority,
  asksForCertificate = false,
): Promise<TlsRelay> {
  const [host = "", port] = target.split(":");
  const sockets = new Set<Socket>();
  const files = { cert: readFileSync(certificate), key: readFileSync(key) };
  const server = createServer({ ...files, requestCert: asksForCertificate }, (client) => {
    const upstream = connect(Number(port), host);
    client.pipe(upstream);
    upstream.on("data", (chunk) => client.write(replaced(chunk, told, ours)));
    upstream.on("end", () => client.end());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        upstream.destroy();
        client.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told = onTheWire(target);
  const ours = onTheWire(address);
  return {
    address,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The host as text, and the port in four bytes: what stands in every answer of Kafka's that tells of brokers. */
function onTheWire(address: string): Buffer {
  const [host = "", port] = address.split(":");
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Number(port));
  return Buffer.concat([Buffer.from(host), bytes]);
}

function replaced(chunk: Buffer, from: Buffer, to: Buffer): Buffer {
  const at = chunk.indexOf(from);
  if (at < 0) return chunk;
  return Buffer.concat([chunk.subarray(0, at), to, replaced(chunk.subarray(at + from.length), from, to)]);
}
