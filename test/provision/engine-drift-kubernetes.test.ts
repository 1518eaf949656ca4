import { afterAll, describe, expect, test } from "vitest";
import { openKubernetesHttp } from "../../src/brokers/kubernetes-http.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { available, clusterWith, note as kubernetesNote } from "../patterns/redis/cluster.ts";
import { sandboxed, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { head } from "./shop.ts";
import { staying, Tampered } from "./tampered.ts";

const jobs = `${head}
redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;
const core = "/api/v1/namespaces/shop";

/** By hand on Kubernetes: what is changed or deleted, how, and what drift says of it. */
const patches: readonly (readonly [
  kind: string,
  path: string,
  patch: JsonObject | undefined,
  what: string,
])[] = [
  [
    "StatefulSet",
    "/apis/apps/v1/namespaces/shop/statefulsets/redis-jobs/scale",
    { spec: { replicas: 0 } },
    "sets-back",
  ],
  ["ConfigMap", `${core}/configmaps/redis-jobs`, { data: { more: "x" } }, "unseen"],
  ["Secret", `${core}/secrets/redis-jobs`, { data: { password: "aHVudGVyMg==" } }, "sets-back"],
  ["Service", `${core}/services/redis-jobs`, { spec: { selector: { a: "b" } } }, "unseen"],
  [
    "NetworkPolicy",
    "/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/redis-jobs",
    { spec: { ingress: [{}] } },
    "sets-back",
  ],
  [
    "PodDisruptionBudget",
    "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/redis-jobs",
    undefined,
    "creates",
  ],
];

describe.skipIf(!engine || !available)(
  `what drift says of pulumi up is what it does, on Kubernetes${note}${kubernetesNote}`,
  () => {
    const clone = new Tampered(
      `${sandboxed("kubernetes", "await: false")}, redis: { jobs: { endpoint: "redis://127.0.0.1:1", password: "\${secret:REDIS_PASSWORD}", reach: none } }`,
      jobs,
    );
    afterAll(() => clone.remove());

    test("a bare up leaves all of it, and the printed commands put right what was said", async () => {
      const { kubernetes } = await clone.start(["kubernetes"]);
      expect(await clone.create()).toEqual([]);
      const http = await openKubernetesHttp(clusterWith(kubernetes!.kubeconfig));
      for (const [, path, body] of patches)
        await http.call({
          ...(body
            ? { method: "PATCH", body, contentType: "application/merge-patch+json" }
            : { method: "DELETE" }),
          path: `${path}?fieldManager=kubectl-edit`,
          doing: "do what the test does",
        });
      await http.close();
      const said = await clone.outcomes();
      expect(said).toEqual(
        Object.fromEntries(patches.map(([kind, , , what]) => [`${kind}/shop/redis-jobs`, what])),
      );
      await clone.pulumi(up);
      expect(await clone.outcomes()).toEqual(said);
      await clone.repair();
      expect(await clone.outcomes()).toEqual(staying(said));
    });
  },
);
