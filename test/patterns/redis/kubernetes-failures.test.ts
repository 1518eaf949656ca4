import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { KubernetesCluster } from "../../../src/environment/environment.ts";
import { connectKubernetes } from "../../../src/live/kubernetes.ts";
import { available, clusterWith, lookup, note, redisIn, TestCluster } from "./cluster.ts";

interface Kubeconfig {
  clusters: [{ cluster: { server: string; "insecure-skip-tls-verify"?: boolean } }];
  users: [{ user: Record<string, string> }];
}

/** What reading fails with, as "class: message". */
async function failureOf(cluster: KubernetesCluster): Promise<string> {
  try {
    const connection = await connectKubernetes(cluster, lookup);
    const { problems = [] } = await connection.read(redisIn("ask")).finally(() => connection.close());
    return problems[0] ?? "no failure";
  } catch (error) {
    return error instanceof Error ? `${error.constructor.name}: ${error.message}` : "not an error";
  }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

describe.skipIf(!available)(
  `a Kubernetes cluster that can't be asked is an error in sentences${note}`,
  () => {
    const kubernetes = new TestCluster();

    /** Of the sandbox's kubeconfig, changed. */
    async function failureWith(change: (kubeconfig: Kubeconfig) => void, context?: string): Promise<string> {
      const config = parse(readFileSync(kubernetes.cluster.kubeconfig ?? "", "utf8")) as Kubeconfig;
      change(config);
      const path = join(kubernetes.directory, "changed-kubeconfig");
      writeFileSync(path, stringify(config), { mode: 0o600 });
      return failureOf({ ...clusterWith(path), timeout: 1000, ...(context !== undefined && { context }) });
    }
    const failureAt = (address: string): Promise<string> =>
      failureWith(
        ({ clusters }) => (clusters[0].cluster = { server: address, "insecure-skip-tls-verify": true }),
      );

    test("wrong credentials", async () => {
      const message = await failureWith(({ users }) => (users[0].user = { token: "not-the-token" }));
      expect(message).toMatch(
        /^BrokerError: Kubernetes at https:\/\/127.0.0.1:\d+ refuses the login of context "[^"]+" \(401\)/,
      );
      expect(message).not.toContain("not-the-token");
    });

    test("credentials that a program should give and doesn't", async () => {
      const command = {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "no-such-program",
        interactiveMode: "Never",
      };
      const message = await failureWith(({ users }) => Object.assign(users[0], { user: { exec: command } }));
      expect(message).toMatch(
        /^BrokerError: The credentials for Kubernetes at .* can't be obtained: .*no-such-program/,
      );
    });

    test("an account without rights", async () => {
      const message = await failureWith(({ users }) => (users[0].user["as"] = "nobody"));
      // Whatever was refused first is told; of Secrets, the answer isn't quoted.
      expect(message).toMatch(
        /^Kubernetes at .* does not allow to (list objects of kind|read) .* \(403\)(: .*"nobody".*)?\. Give the account of context/,
      );
    });

    test("a certificate of another authority", async () => {
      const message = await failureWith(({ clusters: [{ cluster }] }) =>
        Reflect.deleteProperty(cluster, "certificate-authority-data"),
      );
      expect(message).toMatch(/^BrokerError: The certificate of https:\/\/127.0.0.1:\d+ is not trusted/);
    });

    test("a context that is not there", async () => {
      expect(await failureWith(() => undefined, "elsewhere")).toMatch(
        /^BrokerError: The kubeconfig .* has no cluster for the context "elsewhere"\. Name one of its contexts/,
      );
    });

    test("nobody at the port", async () => {
      const server = createServer();
      const port = await listen(server);
      await new Promise((resolve) => server.close(resolve));
      expect(await failureAt(`https://127.0.0.1:${port}`)).toMatch(
        /^BrokerError: Nothing answers at https:\/\/127.0.0.1:\d+: the connection was refused/,
      );
    });

    test("a server that takes the connection and says nothing is given up after the timeout", async () => {
      const server = createServer(() => undefined);
      const port = await listen(server);
      const began = Date.now();
      try {
        expect(await failureAt(`https://127.0.0.1:${port}`)).toMatch(
          /^BrokerError: Kubernetes at https:\/\/127.0.0.1:\d+ did not answer within 1 second\./,
        );
        expect(Date.now() - began).toBeLessThan(13_000);
      } finally {
        server.close();
      }
    });

    test("another program at the port", async () => {
      const server = createHttpServer((_request, response) => response.end("<html>"));
      const port = await listen(server);
      try {
        expect(await failureAt(`http://127.0.0.1:${port}`)).toMatch(
          /^BrokerError: What answers at .* is not Kubernetes/,
        );
        expect(await failureAt(`https://127.0.0.1:${port}`)).toMatch(
          /^BrokerError: .* doesn't speak TLS as it should/,
        );
      } finally {
        server.close();
      }
    });
  },
);

test("a kubeconfig that is not there, or is none, is named", async () => {
  const folder = mkdtempSync(join(tmpdir(), "queueform-kubeconfig-"));
  const path = join(folder, "kubeconfig");
  try {
    expect(await failureOf(clusterWith(path))).toContain(
      `BrokerError: The kubeconfig ${path} can't be read: ENOENT`,
    );
    for (const text of ["just a text\n", "", "clusters: 5\n", "a: [\n"]) {
      writeFileSync(path, text);
      expect(await failureOf(clusterWith(path))).toContain(`BrokerError: The kubeconfig ${path} `);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
