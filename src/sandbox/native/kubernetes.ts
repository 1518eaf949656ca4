import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubeconfigFor, readKubeconfig } from "../kubeconfig.ts";
import { freePort } from "../ports.ts";
import { accepts } from "../probe.ts";
import { startServer } from "../process.ts";
import { randomPassword } from "../random.ts";
import { untilKubernetesAnswers, waitFor } from "../wait.ts";
import type { SandboxWork } from "../work.ts";
import { findKubernetes, type KubernetesPrograms, prepareKubernetes } from "./kubernetes-build.ts";
import type { NativePart } from "./part.ts";

/** Whether a Kubernetes part can start at once, without building anything. */
export function hasKubernetes(): boolean {
  return findKubernetes() !== undefined;
}

/** Builds what the Kubernetes part runs, unless it's there: about ten minutes. Throws SandboxError when it can't. */
export async function buildKubernetes(onProgress: (line: string) => void): Promise<void> {
  await prepareKubernetes({ progress: onProgress });
}

/**
 * The API server with what deletes things (namespaces, owned objects). There is no node: what runs pods elsewhere
 * stays pending here.
 */
export const kubernetes: NativePart<"kubernetes"> = {
  servers: ["kube-controller-manager", "kube-apiserver", "etcd"],
  start: async (sandbox, known) => {
    const programs = await prepareKubernetes(sandbox);
    sandbox.progress("Starting Kubernetes");
    const directory = join(sandbox.directory, "kubernetes");
    mkdirSync(directory, { recursive: true });
    const kubeconfig = join(directory, "kubeconfig");
    const before = known && existsSync(kubeconfig) ? readKubeconfig(kubeconfig) : undefined;
    const port = await freePort(before && Number(new URL(before.server).port));
    const token = before?.token ?? randomPassword();
    const etcdPort = await startEtcd(sandbox, directory, programs);
    const apiServer = startApiServer(sandbox, directory, programs, { port, etcdPort, token });
    // Self-signed: the server makes the certificate that clients have to trust as it starts.
    const certificate = join(directory, "certificates", "apiserver.crt");
    const access = async (): Promise<string | undefined> =>
      existsSync(certificate)
        ? kubeconfigFor(`https://127.0.0.1:${port}`, readFileSync(certificate), token)
        : undefined;
    const state = await untilKubernetesAnswers(kubeconfig, access, sandbox, [apiServer]);
    startControllerManager(sandbox, directory, programs, kubeconfig);
    return state;
  },
};

async function startEtcd(
  sandbox: SandboxWork,
  directory: string,
  programs: KubernetesPrograms,
): Promise<number> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const etcd = startServer(sandbox.directory, {
    name: "etcd",
    command: [
      programs.etcd,
      `--data-dir=${join(directory, "data")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // Survives the end of a process, not a power cut: right for a sandbox, and much faster.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
    environment: serverEnvironment,
  });
  const what = "etcd, the database of Kubernetes,";
  await waitFor({ what, seconds: 30, probe: () => accepts(port), servers: [etcd] }, sandbox);
  return port;
}

function startApiServer(
  sandbox: SandboxWork,
  directory: string,
  programs: KubernetesPrograms,
  { port, etcdPort, token }: { port: number; etcdPort: number; token: string },
): ReturnType<typeof startServer> {
  const tokens = join(directory, "tokens.csv");
  const key = join(directory, "service-account.key");
  writeFileSync(tokens, `${token},queueform,queueform,"system:masters"\n`, { mode: 0o600 });
  if (!existsSync(key)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  return startServer(sandbox.directory, {
    name: "kube-apiserver",
    command: [
      programs.apiServer,
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${join(directory, "certificates")}`,
      `--token-auth-file=${tokens}`,
      "--authorization-mode=RBAC",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      "--service-cluster-ip-range=10.0.0.0/24",
      // It would publish its address to pods, of which there are none, and refuses to publish this one.
      "--endpoint-reconciler-type=none",
      // Nobody makes service accounts here, and this plugin would wait for them.
      "--disable-admission-plugins=ServiceAccount",
    ],
    environment: serverEnvironment,
  });
}

function startControllerManager(
  sandbox: SandboxWork,
  directory: string,
  programs: KubernetesPrograms,
  kubeconfig: string,
): void {
  startServer(sandbox.directory, {
    name: "kube-controller-manager",
    command: [
      programs.controllerManager,
      `--kubeconfig=${kubeconfig}`,
      "--controllers=namespace-controller,garbage-collector-controller",
      "--bind-address=127.0.0.1",
      "--secure-port=0",
      "--leader-elect=false",
      `--service-account-private-key-file=${join(directory, "service-account.key")}`,
    ],
    environment: serverEnvironment,
  });
}

// The programs are looked up on PATH when they weren't built. HOME keeps them away from the user's own kubeconfig.
const serverEnvironment = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" };
