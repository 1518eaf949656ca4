import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { writeKubernetes } from "../../../src/apply/kubernetes.ts";
import { type KubernetesHttp, openKubernetesHttp } from "../../../src/brokers/kubernetes-http.ts";
import type { KubernetesCluster } from "../../../src/environment/environment.ts";
import type { Reading } from "../../../src/live/connection.ts";
import { connectKubernetes } from "../../../src/live/kubernetes.ts";
import type { PlanObject } from "../../../src/plan/plan.ts";
import { type Change, changesBetween } from "../../../src/review/changes.ts";
import { containerEngine } from "../../../src/sandbox/compose/engine.ts";
import { hasKubernetes } from "../../../src/sandbox/native/kubernetes.ts";
import { startSandbox, stopSandbox } from "../../../src/sandbox/sandbox.ts";
import { UsageError } from "../../../src/topology/files.ts";
import type { JsonObject } from "../../../src/topology/json.ts";
import { planRedis } from "./redis-plan.ts";

/** Whether there is a Kubernetes to test with; building one takes longer than all tests. */
export const available = hasKubernetes() || (await containerEngine()) !== undefined;
/** For the titles of tests that need one. */
export const note = available ? "" : " (skipped: none in the cache, on PATH or in containers)";

export const password = "correct horse battery staple";

/** Knows the one secret that is used here. */
export function lookup(name: string): string {
  if (name === "REDIS_PASSWORD") return password;
  throw new UsageError(`The secret ${name} is not set.`);
}

/** A Redis in a namespace of its own, so that the tests don't meet. */
export function redisIn(
  namespace: string,
  words = 'storage: 8192Mi, password: "${secret:REDIS_PASSWORD}"',
): readonly PlanObject[] {
  return planRedis(
    `jobs: { on: kubernetes, namespace: ${namespace}, createNamespace: true, memory: 1024Mi, ${words} }`,
  );
}

export const clusterWith = (kubeconfig: string): KubernetesCluster => ({
  name: "main",
  reach: "direct",
  await: false,
  kubeconfig,
  mark: { source: { path: "", text: "" }, start: 0, end: 0 },
});

/** A real API server for the tests of one file. */
export class TestCluster {
  readonly directory = mkdtempSync(join(tmpdir(), "queueform-kubernetes-"));
  /** The uid of the namespace kube-system. */
  identity = "";
  cluster = clusterWith("");
  private http: KubernetesHttp | undefined;

  constructor() {
    beforeAll(async () => {
      const { kubernetes } = await startSandbox({ directory: this.directory, parts: ["kubernetes"] });
      if (!kubernetes) throw new Error("The sandbox has no Kubernetes.");
      this.identity = kubernetes.identity;
      this.cluster = clusterWith(kubernetes.kubeconfig);
      this.http = await openKubernetesHttp(this.cluster);
    });
    afterAll(async () => {
      await this.http?.close();
      await stopSandbox(this.directory);
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  async read(desired: readonly PlanObject[], secrets = lookup): Promise<Reading> {
    const connection = await connectKubernetes(this.cluster, secrets);
    try {
      return await connection.read(desired);
    } finally {
      await connection.close();
    }
  }

  async changesFor(desired: readonly PlanObject[], secrets = lookup): Promise<Change[]> {
    return changesBetween((await this.read(desired, secrets)).objects, desired);
  }

  /** What `queueform apply` does with what may be made or changed; returns what was written. */
  async apply(desired: readonly PlanObject[], secrets = lookup): Promise<string[]> {
    const written: string[] = [];
    const changes = (await this.changesFor(desired, secrets)).filter(({ after }) => after !== undefined);
    await writeKubernetes(this.cluster, secrets, changes, (step) => written.push(step));
    return written;
  }

  /** What somebody does by hand, with another tool. The path begins after the server's name. */
  async byHand(
    method: "PATCH" | "POST" | "DELETE" | "GET",
    path: string,
    body?: JsonObject,
  ): Promise<unknown> {
    return this.http?.call({
      method,
      path: method === "PATCH" || method === "POST" ? `${path}?fieldManager=kubectl-edit` : path,
      ...(body !== undefined && { body }),
      ...(method === "PATCH" && { contentType: "application/merge-patch+json" }),
      doing: "do what the test does",
    });
  }
}
