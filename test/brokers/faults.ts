import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a request instead of being passed on. */
export type Fault =
  | { readonly status: number; readonly body: string; readonly type?: string }
  /** The connection is cut, after so many bytes of the real answer. */
  | { readonly cutAfter: number }
  /** Part of the real answer comes, said to be all of it. */
  | { readonly shortenedTo: number }
  /** No answer ever comes, or a byte now and then. */
  | "hangs"
  | "drips";

export interface FaultyRelay {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Stands before a management API and breaks the requests that `fault` picks by their path. */
export async function relayFaulty(
  target: string,
  fault: (path: string) => Fault | undefined,
): Promise<FaultyRelay> {
  const server = createServer((incoming, outgoing) => {
    const found = fault(incoming.url ?? "");
    if (found === "hangs") return;
    if (found === "drips") {
      outgoing.writeHead(200, { "content-type": "application/json" });
      const timer = setInterval(() => outgoing.write(" "), 200);
      outgoing.on("close", () => clearInterval(timer));
      return;
    }
    if (found && "status" in found) {
      outgoing.writeHead(found.status, { "content-type": found.type ?? "application/json" }).end(found.body);
      return;
    }
    const passOn = (answer: IncomingMessage): void => {
      outgoing.writeHead(answer.statusCode ?? 500);
      if (!found) answer.pipe(outgoing);
      else void answer.toArray().then((chunks) => broken(outgoing, Buffer.concat(chunks as Buffer[]), found));
    };
    const headers = { ...incoming.headers, "accept-encoding": "identity" };
    incoming.pipe(request(`${target}${incoming.url}`, { method: incoming.method ?? "GET", headers }, passOn));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function broken(
  outgoing: ServerResponse,
  body: Buffer,
  fault: { readonly cutAfter: number } | { readonly shortenedTo: number },
): void {
  if ("shortenedTo" in fault) {
    outgoing.end(body.subarray(0, fault.shortenedTo));
    return;
  }
  outgoing.write(body.subarray(0, fault.cutAfter), () => outgoing.destroy());
}
