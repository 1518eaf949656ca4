import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached, cachedEntry } from "../cache.ts";
import { runCommand, succeeds } from "../command.ts";
import { SandboxError } from "../error.ts";
import { kubernetesVersion } from "../versions.ts";
import type { Work } from "../work.ts";
import { unpackPackage } from "./debian.ts";
import { findOnPath } from "./path.ts";

export interface KubernetesPrograms {
  apiServer: string;
  controllerManager: string;
  etcd: string;
}

const entry = `kubernetes-${kubernetesVersion}`;
const module = "k8s.io/kubernetes";

/** The programs, when they are on PATH or were built before; nothing is downloaded. */
export function findKubernetes(): KubernetesPrograms | undefined {
  const built = cachedEntry(entry);
  const programs = {
    apiServer: "kube-apiserver",
    controllerManager: "kube-controller-manager",
    etcd: "etcd",
  };
  if (built === undefined)
    return Object.values(programs).every((program) => findOnPath(program)) ? programs : undefined;
  return {
    apiServer: join(built, programs.apiServer),
    controllerManager: join(built, programs.controllerManager),
    etcd: join(built, programs.etcd),
  };
}

/** The programs, built the first time: about ten minutes on two cores. Throws SandboxError when that isn't possible. */
export async function prepareKubernetes(work: Work): Promise<KubernetesPrograms> {
  const found = findKubernetes();
  if (found) return found;
  await cached(entry, work, async (directory) => {
    await prepareEtcd(directory, work);
    await buildWithGo(directory, work);
  });
  return findKubernetes()!;
}

async function prepareEtcd(directory: string, work: Work): Promise<void> {
  if (!existsSync("/usr/bin/apt-get")) {
    const advice =
      "Put kube-apiserver, kube-controller-manager and etcd on PATH, or start a container engine.";
    throw new SandboxError(
      `etcd, the database of Kubernetes, comes from Debian's packages; there is no apt-get here. ${advice}`,
    );
  }
  await unpackPackage("etcd-server", directory, work);
  const keep = "mv usr/bin/etcd . && rm -r usr etc lib var 2>/dev/null; test -x etcd";
  await runCommand(["/bin/sh", "-c", keep], { purpose: "Unpacking etcd", directory }, work);
}

// Nobody publishes these two programs but as release downloads of their own; their source is a Go module.
async function buildWithGo(directory: string, work: Work): Promise<void> {
  if (!(await succeeds(["go", "version"], 30_000))) {
    throw new SandboxError(
      "Kubernetes is built with Go, and there is no `go` on PATH. Install Go, or start a container engine.",
    );
  }
  const purpose = `Building Kubernetes ${kubernetesVersion} with Go`;
  const environment = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod -buildvcs=false" };
  const options = { purpose, directory, environment };
  work.progress(`${purpose}: about ten minutes, once`);
  const download = ["go", "mod", "download", "-json", `${module}@v${kubernetesVersion}`];
  const { GoMod } = JSON.parse(await runCommand(download, options, work)) as { GoMod: string };
  writeFileSync(join(directory, "go.mod"), goMod(readFileSync(GoMod, "utf8")));
  const flags = Object.entries(versionVariables()).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  const programs = ["kube-apiserver", "kube-controller-manager"].map((name) => `${module}/cmd/${name}`);
  const ldflags = ["-s", "-w", ...flags].join(" ");
  await runCommand(
    ["go", "build", "-trimpath", "-ldflags", ldflags, "-o", `${directory}/`, ...programs],
    options,
    work,
  );
  for (const file of ["go.mod", "go.sum"]) rmSync(join(directory, file), { force: true });
}

// In its own repository the module finds its staging modules in folders; outside, as modules of their own, whose
// version is the same with a 0 in front.
function goMod(original: string): string {
  const goVersion = /^go (\S+)$/m.exec(original)?.[1] ?? "1.26";
  const twin = `v0${kubernetesVersion.slice(1)}`;
  const staging = [...original.matchAll(/^\s*(\S+) => \.\/staging/gm)].map(([, name]) => name);
  return [
    "module queueform.local/kubernetes",
    `go ${goVersion}`,
    `require ${module} v${kubernetesVersion}`,
    ...staging.map((name) => `replace ${name} => ${name} ${twin}`),
    "",
  ].join("\n");
}

// Clients parse the server's version, and the one of an unstamped build upsets them.
function versionVariables(): Record<string, string> {
  const [gitMajor, gitMinor] = kubernetesVersion.split(".") as [string, string];
  return { gitVersion: `v${kubernetesVersion}`, gitMajor, gitMinor, gitTreeState: "clean" };
}
