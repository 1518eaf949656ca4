import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { freePort } from "../ports.ts";
import { startServer } from "../process.ts";
import { defaultRedisConf } from "../redis-conf.ts";
import { untilRedisAnswers } from "../wait.ts";
import type { SandboxWork } from "../work.ts";
import type { NativePart } from "./part.ts";
import { findOnPath } from "./path.ts";
import { canMakeRootfs, inRootfs, rootfs, rootfsEnvironment, trixie } from "./rootfs.ts";

const host = "127.0.0.1";

export const redis: NativePart<"redis"> = {
  servers: ["redis"],
  isCurrent: (sandbox) => sandbox.redisConf === undefined || sandbox.redisConf === currentConf(sandbox),
  start: async (sandbox, known) => {
    const conf = sandbox.redisConf ?? currentConf(sandbox) ?? defaultRedisConf;
    const directory = join(sandbox.directory, "redis");
    const data = join(directory, "data");
    const { command, version } = await prepare(sandbox, directory, conf);
    sandbox.progress("Starting Redis");
    const port = await freePort(known?.port);
    mkdirSync(data, { recursive: true });
    writeFileSync(confFile(sandbox), conf, { mode: 0o600 });
    const server = startServer(sandbox.directory, {
      name: "redis",
      // What the command line says wins over the file, which is the one that would be deployed elsewhere.
      command: [...command, "--port", String(port), "--bind", host, "--daemonize", "no", "--logfile", ""],
      environment: rootfsEnvironment,
    });
    await untilRedisAnswers(port, sandbox, [server]);
    return { host, port, version, directory: data };
  },
};

async function prepare(
  sandbox: SandboxWork,
  directory: string,
  conf: string,
): Promise<{ command: string[]; version: string }> {
  const installed = canMakeRootfs() ? undefined : (findOnPath("valkey-server") ?? findOnPath("redis-server"));
  if (installed === undefined) {
    const root = await rootfs(trixie, sandbox);
    const command = ["valkey-server", "/sandbox/redis.conf", "--dir", "/data"];
    return {
      command: inRootfs(root, directory, command),
      version: await versionOf(["chroot", root, "valkey-server"], sandbox),
    };
  }
  // There is no /data on this machine, and naming a folder that doesn't exist is an error even if another one wins.
  const file = join(directory, "redis-without-dir.conf");
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, conf.replaceAll(/^\s*dir\s.*$/gim, ""), { mode: 0o600 });
  return {
    command: [installed, file, "--dir", join(directory, "data")],
    version: await versionOf([installed], sandbox),
  };
}

async function versionOf(server: readonly string[], sandbox: SandboxWork): Promise<string> {
  const options = { purpose: "Asking Redis for its version", environment: rootfsEnvironment };
  const about = await runCommand([...server, "--version"], options, sandbox);
  return /v=(\S+)/.exec(about)?.[1] ?? "unknown";
}

function currentConf(sandbox: SandboxWork): string | undefined {
  return existsSync(confFile(sandbox)) ? readFileSync(confFile(sandbox), "utf8") : undefined;
}

function confFile(sandbox: SandboxWork): string {
  return join(sandbox.directory, "redis", "redis.conf");
}
