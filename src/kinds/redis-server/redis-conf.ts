import { sizeToBytes } from "../../topology/units.ts";
import type { RedisServerValue } from "./value.ts";

/** How much of the memory limit Redis may fill; the rest is for the copy that rewriting the AOF makes, and for buffers. */
const dataShare = 0.75;

/** Directives that keep jobs from being lost, or that other objects rely on: `config` may not set them. */
export const reservedDirectives = [
  "maxmemory-policy",
  "maxmemory",
  "appendonly",
  "dir",
  "port",
  "requirepass",
] as const;

/**
 * The redis.conf of one Redis, for its ConfigMap and for the sandbox. Depends on nothing but `value`: it must not name the
 * topology file, or moving the deployment to another file would restart it. The password is no part of it; it comes on
 * the command line.
 */
export function redisConf(value: Pick<RedisServerValue, "memory" | "password" | "config">): string {
  const fixed: [string, string | number][] = [
    ["port", 6379],
    ["dir", "/data"],
    ["appendonly", "yes"],
    // Anything else deletes jobs when memory is full, instead of refusing new ones.
    ["maxmemory-policy", "noeviction"],
  ];
  if (value.memory !== undefined)
    fixed.push(["maxmemory", Math.floor(sizeToBytes(value.memory) * dataShare)]);
  const further = new Map<string, string | number | boolean>([
    ["appendfsync", "everysec"],
    // Without a password, protected mode would refuse everybody outside the pod; then only the NetworkPolicy protects.
    ["protected-mode", value.password !== undefined],
    // With an AOF, snapshots are never loaded; they would only cost a second copy of the memory.
    ["save", ""],
  ]);
  for (const [name, setting] of Object.entries(value.config ?? {})) further.set(name.toLowerCase(), setting);
  const sorted = [...further].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = [...fixed, ...sorted].map(([name, setting]) => `${name} ${text(setting)}`);
  return [
    "# Made by Queueform (redis-conf.ts) from the topology: change it there, not here.",
    ...lines,
    "",
  ].join("\n");
}

function text(setting: string | number | boolean): string {
  if (typeof setting === "boolean") return setting ? "yes" : "no";
  return setting === "" ? '""' : String(setting);
}
