import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const listen = "0A";

/** The addresses on which a process listens, from what the kernel says of it. */
export function listeningAddresses(pid: number): string[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // Closed since it was listed.
        return [];
      }
    }),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listen && sockets.has(fields[9]!))
      .map((fields) => addressOf(fields[1]!.split(":")[0]!)),
  );
}

// Four bytes at a time, the lowest first.
function addressOf(hex: string): string {
  if (hex === "00000000000000000000000001000000") return "::1";
  // An IPv4 address on a socket for both.
  const ipv4 = hex.replace(/^0000000000000000FFFF0000/, "");
  if (ipv4.length !== 8) return hex;
  const bytes = ipv4.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
  return bytes.toReversed().join(".");
}
