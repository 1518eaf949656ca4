import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { SandboxError } from "./error.ts";

// Below the range from which systems take the ports of outgoing connections: a port that is kept for the next
// start is not lent to somebody's client in the meantime.
const lowest = 20_000;
const highest = 30_000;
const given = new Set<number>();

/** `wanted` when it is free on 127.0.0.1, else any free port. */
export async function freePort(wanted?: number): Promise<number> {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(lowest, highest);
    // Parts start side by side: two of them must not be given the same port before either listens on it.
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new SandboxError(
    `No free port was found on 127.0.0.1 between ${lowest} and ${highest}. Stop what listens there and try again.`,
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
