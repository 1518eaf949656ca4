import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a request instead of being passed on. */
export type Fault =
  | {
      readonly status: number;
      /** The headers of the request, in place of HEADERS. */
      readonly body: string;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is cut, after so many bytes of the real answer. */
  | { readonly cutAfter: number }
  /** Part of the real answer comes, said to be all of it. */
  | { readonly shortenedTo: number }
  /** The head of an answer comes and then nothing; nothing ever; or a byte now and then, without an end. */
  | "stops"
  | "hangs"
  | "drips"
  /** The real answer, a few bytes at a time. */
  | "crawls";

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
    if (found === "drips" || found === "stops") {
      outgoing.writeHead(200, { "content-type": "application/json" }).write(" ");
      if (found === "stops") return;
      const timer = setInterval(() => outgoing.write(" "), 200);
      outgoing.on("close", () => clearInterval(timer));
      return;
    }
    if (typeof found === "object" && "status" in found) {
      const headers = { "content-type": found.type ?? "application/json", ...found.headers };
      const sent = JSON.stringify(JSON.stringify(incoming.headers));
      outgoing.writeHead(found.status, headers).end(found.body.replace('"HEADERS"', sent));
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
  fault: "crawls" | { readonly cutAfter: number } | { readonly shortenedTo: number },
): void {
  if (fault === "crawls") {
    const step = Math.ceil(body.length / 10);
    const timer = setInterval(() => {
      outgoing.write(body.subarray(0, step));
      body = body.subarray(step);
      if (body.length > 0) return;
      clearInterval(timer);
      outgoing.end();
    }, 500);
    return;
  }
  if ("shortenedTo" in fault) {
    outgoing.end(body.subarray(0, fault.shortenedTo));
    return;
  }
  outgoing.write(body.subarray(0, fault.cutAfter), () => outgoing.destroy());
}
