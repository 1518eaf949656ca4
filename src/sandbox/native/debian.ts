import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../cache.ts";
import { runCommand } from "../command.ts";
import { SandboxError } from "../error.ts";
import { withLock } from "../lock.ts";
import type { Work } from "../work.ts";

const installCommand =
  "apt-get install --assume-yes --quiet --no-install-recommends --option DPkg::Lock::Timeout=300".split(" ");

/**
 * Installs Debian packages. Throws SandboxError when it can't be done here; `instead` then tells people what else they
 * can do.
 */
export async function installPackages(
  packages: readonly string[],
  instead: string,
  work: Work,
): Promise<void> {
  const names = packages.join(", ");
  const canInstall = process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (!canInstall)
    throw new SandboxError(`${names} can't be installed here, only by root on Debian. ${instead}`);
  await withAptLists(work, async (update) => {
    work.progress(`Installing ${names}`);
    const options = {
      purpose: `Installing ${names}`,
      environment: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    const attempt = (): Promise<string> => runCommand([...installCommand, ...packages], options, work);
    // The lists of a fresh machine are empty or old; downloading them when they are good would cost seconds.
    await attempt().catch(() => update().then(attempt));
  });
}

/** Downloads a Debian package and unpacks it into `directory`, without installing it. */
export async function unpackPackage(name: string, directory: string, work: Work): Promise<void> {
  const purpose = `Downloading the Debian package ${name}`;
  await withAptLists(work, async (update) => {
    work.progress(purpose);
    const download = (): Promise<string> =>
      runCommand(["apt-get", "download", "-q", name], { purpose, directory }, work);
    await download().catch(() => update().then(download));
  });
  const unpack = `dpkg-deb --extract ${name}_*.deb . && rm ${name}_*.deb`;
  await runCommand(["/bin/sh", "-c", unpack], { purpose: `Unpacking ${name}`, directory }, work);
}

/** The mirror from which this machine gets Debian's packages; undefined when it runs something else. */
export async function debianMirror(work: Work): Promise<string | undefined> {
  const format = "$(ORIGIN)|$(LABEL)|$(REPO_URI)";
  const lines = await runCommand(
    ["apt-get", "indextargets", "--format", format, "Created-By: Packages"],
    { purpose: "Reading the machine's package sources" },
    work,
  );
  const line = lines.split("\n").find((text) => text.startsWith("Debian|Debian|"));
  return line?.split("|")[2];
}

/** The environment in which a downloader uses the proxy that apt is told to use, unless it has one already. */
export async function proxyEnvironment(work: Work): Promise<NodeJS.ProcessEnv> {
  const settings = await runCommand(
    ["apt-config", "shell", "http", "Acquire::http::Proxy", "https", "Acquire::https::Proxy"],
    { purpose: "Reading the machine's proxy settings" },
    work,
  );
  const proxies: NodeJS.ProcessEnv = {};
  for (const [, scheme, proxy] of settings.matchAll(/^(https?)='(.*)'$/gm)) {
    if (proxy && proxy !== "DIRECT") proxies[`${scheme}_proxy`] = proxy;
  }
  return { ...proxies, ...process.env };
}

// One at a time: apt refuses to refresh its lists while another apt reads them.
function withAptLists(work: Work, use: (update: () => Promise<string>) => Promise<void>): Promise<void> {
  return withLock(join(cacheDirectory(), "apt.lock"), { signal: work.signal }, () =>
    use(() => {
      work.progress("Refreshing the lists of packages");
      return runCommand(["apt-get", "update", "-q"], { purpose: "Refreshing the lists of packages" }, work);
    }),
  );
}
