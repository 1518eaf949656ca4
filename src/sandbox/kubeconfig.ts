import { readFileSync } from "node:fs";

interface Kubeconfig {
  clusters: [{ name: string; cluster: { server: string; "certificate-authority-data": string } }];
  users: [{ name: string; user: { token: string } }];
}

export interface KubernetesAccess {
  server: string;
  ca: Buffer;
  token: string;
}

/** The text of a kubeconfig. It's JSON, which is YAML: every client reads it. */
export function kubeconfigFor(server: string, ca: Buffer, token: string): string {
  const config: Kubeconfig = {
    clusters: [{ name: "sandbox", cluster: { server, "certificate-authority-data": ca.toString("base64") } }],
    users: [{ name: "queueform", user: { token } }],
  };
  const rest = {
    apiVersion: "v1",
    kind: "Config",
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "queueform" } }],
    "current-context": "sandbox",
  };
  return `${JSON.stringify({ ...rest, ...config }, undefined, 2)}\n`;
}

/** What a kubeconfig that a sandbox wrote says. */
export function readKubeconfig(path: string): KubernetesAccess {
  const { clusters, users } = JSON.parse(readFileSync(path, "utf8")) as Kubeconfig;
  const { cluster } = clusters[0];
  return {
    server: cluster.server,
    ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
    token: users[0].user.token,
  };
}
