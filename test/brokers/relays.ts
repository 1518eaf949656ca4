import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server as HttpServer } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from "node:net";

export interface HttpRelay {
  /** Where it listens, for use instead of the broker's own endpoint. */
  readonly endpoint: string;
  /** Method and path of every request so far. */
  readonly requests: string[];
  /** Those that may change something. */
  writes(): string[];
  close(): Promise<void>;
}

/**
 * Stands before a management API and notes what passes. `onRequest` may kill or hold up what it sees. Bodies of more than
 * `limit` bytes are refused as nginx does it.
 */
export async function relayHttp(
  target: string,
  onRequest: (line: string) => Promise<void> | void = () => {},
  limit = Infinity,
): Promise<HttpRelay> {
  const requests: string[] = [];
  const forward = async (
    incoming: IncomingMessage,
    respond: (answer: IncomingMessage) => void,
  ): Promise<void> => {
    const line = `${incoming.method} ${incoming.url}`;
    requests.push(line);
    await onRequest(line);
    const outgoing = request(
      `${target}${incoming.url}`,
      { method: incoming.method!, headers: incoming.headers },
      respond,
    );
    outgoing.on("error", () => incoming.destroy());
    incoming.pipe(outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    if (Number(incoming.headers["content-length"] ?? 0) > limit) {
      incoming.resume();
      outgoing.writeHead(413, { "content-type": "text/html" }).end("<h1>413 Request Entity Too Large</h1>");
      return;
    }
    void forward(incoming, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
  });
  return {
    endpoint: `http://${await listen(server)}`,
    requests,
    writes: () => requests.filter((line) => !line.startsWith("GET ")),
    close: () => close(server),
  };
}

export interface KafkaRelay {
  /** host:port to bootstrap from. */
  readonly bootstrap: string;
  /** The API key of every request so far. */
  readonly requests: number[];
  close(): Promise<void>;
}

export const kafkaApi = {
  metadata: 3,
  apiVersions: 18,
  createTopics: 19,
  describeConfigs: 32,
  listMoves: 46,
} as const;

/** Stands before one Kafka broker and notes what is asked. */
export async function relayKafka(target: string): Promise<KafkaRelay> {
  const [host, port] = target.split(":");
  const requests: number[] = [];
  const server = createTcpServer((client) => {
    const broker = connect(Number(port), host);
    let pending = Buffer.alloc(0);
    client.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      // A request is its size in four bytes, then the API key in two.
      while (pending.length >= 6 && pending.length >= 4 + pending.readInt32BE(0)) {
        requests.push(pending.readInt16BE(4));
        pending = pending.subarray(4 + pending.readInt32BE(0));
      }
    });
    client.pipe(broker).pipe(client);
    for (const socket of [client, broker]) socket.on("error", () => socket.destroy());
  });
  return { bootstrap: await listen(server), requests, close: () => close(server) };
}

/** A server that accepts connections and hands them to `answer`; host:port and a way to stop it. */
export async function serve(
  answer: (socket: Socket) => void,
): Promise<{ address: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    answer(socket);
  });
  const address = await listen(server);
  return {
    address,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await close(server);
    },
  };
}

/** A port of 127.0.0.1 at which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const address = await listen(server);
  await close(server);
  return Number(address.split(":")[1]);
}

async function listen(server: HttpServer | TcpServer): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: HttpServer | TcpServer): Promise<void> {
  if ("closeAllConnections" in server) server.closeAllConnections();
  server.close();
  await once(server, "close");
}
