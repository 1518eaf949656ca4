import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../cache.ts";
import { runCommand } from "../command.ts";
import { SandboxError } from "../error.ts";
import type { Work } from "../work.ts";
import { debianMirror, installPackages, proxyEnvironment } from "./debian.ts";
import { findOnPath } from "./path.ts";

/** A Debian system in a folder of its own, with the servers that we start from it. */
export interface Release {
  name: "trixie" | "bookworm";
  packages: readonly string[];
}

/** Has RabbitMQ 4.0 and Valkey 8. */
export const trixie: Release = { name: "trixie", packages: ["rabbitmq-server", "valkey-server"] };
/** Has RabbitMQ 3.10. */
export const bookworm: Release = { name: "bookworm", packages: ["rabbitmq-server"] };

const needs =
  "Servers start from a Debian system in a folder, which takes root on Linux. Start a container engine \
(Docker or Podman) instead: the sandbox then uses that.";

/** Whether such a folder can be made and used here. */
export function canMakeRootfs(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

/** The folder of a release, made the first time in one to two minutes. Throws SandboxError when that isn't possible. */
export async function rootfs(release: Release, work: Work): Promise<string> {
  const name = ["debian", release.name, ...release.packages].join("-");
  if (!canMakeRootfs()) throw new SandboxError(needs);
  return cached(name, work, async (directory) => {
    const isInstalled = findOnPath("debootstrap") !== undefined || existsSync("/usr/sbin/debootstrap");
    if (!isInstalled) await installPackages(["debootstrap"], needs, work);
    work.progress(
      `Downloading Debian (${release.name}) with ${release.packages.join(" and ")}: a minute or two, once`,
    );
    const include = `--include=${release.packages.join(",")}`;
    const mirror = await debianMirror(work).catch(() => undefined);
    await runCommand(
      // In namespaces of its own: its mounts, and any server that a package's installation starts, end with it.
      ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"].concat(
        ["debootstrap", "--variant=minbase", include, release.name, directory],
        mirror ?? [],
      ),
      {
        purpose: `Making a Debian (${release.name}) system`,
        environment: await proxyEnvironment(work).catch(() => process.env),
        // The first process in the namespaces shields the others from everything else.
        endWith: "SIGKILL",
      },
      work,
    );
    // Bind mounts need a place; nothing is ever written to these folders themselves.
    for (const place of ["sandbox", "data"]) mkdirSync(join(directory, place), { recursive: true });
    writeFileSync(join(directory, "etc/hosts"), "127.0.0.1 localhost\n");
    for (const folder of ["var/cache/apt/archives", "var/lib/apt/lists"]) {
      for (const file of readdirSync(join(directory, folder))) {
        rmSync(join(directory, folder, file), { recursive: true, force: true });
      }
    }
  });
}

// A mount namespace of the server's own: the mounts are seen by nobody else and vanish with it.
const mountThenBecome = `
root=$1 sandbox=$2; shift 2
mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" &&
mount --bind "$sandbox" "$root/sandbox" && mount --bind "$sandbox/data" "$root/data" &&
exec chroot "$root" "$@"`;

/**
 * The command that runs `command` in a release's folder, where it sees `directory` as /sandbox and `directory`/data as
 * /data. The process keeps its id throughout.
 */
export function inRootfs(root: string, directory: string, command: readonly string[]): string[] {
  mkdirSync(join(directory, "data"), { recursive: true });
  const namespace = ["unshare", "--mount", "--propagation", "private"];
  return [...namespace, "/bin/sh", "-c", mountThenBecome, "sandbox", root, directory, ...command];
}

/** The environment of a server in a release's folder: nothing of the user's. */
export const rootfsEnvironment = {
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/sandbox",
  LANG: "C.UTF-8",
} as const;
