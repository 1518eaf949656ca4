import { expect, test } from "vitest";
import { provision } from "../../src/provision/provision.ts";
import { type Registration, run } from "./monitor.ts";
import { environment, lookup, planFrom } from "./plans.ts";

const redis = `apiVersion: queueform/v1
domain: shop
redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;

const registered = async (changes: Parameters<typeof environment>[0] = {}) => {
  const plan = planFrom({ "shop.yaml": redis });
  const { registered: all, failure } = await run(() => provision(plan, environment(changes), lookup));
  if (failure) throw failure;
  const one = (type: string): Registration => all.find((registration) => registration.type.endsWith(type))!;
  const annotations = (type: string): unknown =>
    (one(type).inputs["metadata"] as Record<string, unknown>)["annotations"];
  return { all, one, annotations };
};

test("every object of the plan is registered as the SDK's own type, named and in its namespace", async () => {
  const { all } = await registered();
  expect(all.map(({ type, name }) => `${type} ${name}`).toSorted()).toEqual([
    "kubernetes:apps/v1:StatefulSet kubernetes/main/StatefulSet/shop/redis-jobs",
    "kubernetes:core/v1:ConfigMap kubernetes/main/ConfigMap/shop/redis-jobs",
    "kubernetes:core/v1:Namespace kubernetes/main/Namespace/-/shop",
    "kubernetes:core/v1:Secret kubernetes/main/Secret/shop/redis-jobs",
    "kubernetes:core/v1:Service kubernetes/main/Service/shop/redis-jobs",
    "kubernetes:core/v1:Service kubernetes/main/Service/shop/redis-jobs-headless",
    "kubernetes:networking.k8s.io/v1:NetworkPolicy kubernetes/main/NetworkPolicy/shop/redis-jobs",
    "kubernetes:policy/v1:PodDisruptionBudget kubernetes/main/PodDisruptionBudget/shop/redis-jobs",
    "pulumi:providers:kubernetes kubernetes/main",
  ]);
  for (const { name, type, inputs } of all.slice(1)) {
    expect(inputs["metadata"]).toMatchObject({
      name: name.split("/").at(-1),
      ...(!type.endsWith(":Namespace") && { namespace: "shop" }),
    });
  }
});

test("provider: ConfigMaps and Secrets change in place, changes by hand are set back, the identity pins the cluster", async () => {
  const { one } = await registered({ kubernetes: { context: "shop", identity: "3f0c2a51" } });
  expect(one("providers:kubernetes").inputs).toMatchObject({
    context: "shop",
    clusterIdentifier: "3f0c2a51",
    enableServerSideApply: "true",
    enableConfigMapMutable: "true",
    enableSecretMutable: "true",
    enablePatchForce: "true",
  });
});

test("secrets: the password arrives as a secret", async () => {
  const { one } = await registered();
  // The SDK hides all of a Secret's stringData.
  expect(one(":Secret").inputs["stringData"]).toEqual({
    secret: { password: "value of REDIS_PASSWORD" },
  });
});

test("order: the StatefulSet after what its pod needs, and everything after the namespace", async () => {
  const { one, all } = await registered();
  expect(one(":StatefulSet").dependencies.toSorted()).toEqual([
    "kubernetes/main/ConfigMap/shop/redis-jobs",
    "kubernetes/main/Namespace/-/shop",
    "kubernetes/main/Secret/shop/redis-jobs",
    "kubernetes/main/Service/shop/redis-jobs-headless",
  ]);
  const inside = all.filter(({ type }) => !/providers|Namespace/.test(type));
  for (const { dependencies } of inside) expect(dependencies).toContain("kubernetes/main/Namespace/-/shop");
});

test("protect: the StatefulSet and the namespace, whose deletion would take the volumes", async () => {
  const { all } = await registered();
  const kept = all.filter(({ protect }) => protect).map(({ type }) => type.split(":").at(-1));
  expect(kept.toSorted()).toEqual(["Namespace", "StatefulSet"]);
});

test("waiting: Services, which are ready only after what needs them, are never waited for", async () => {
  const { annotations } = await registered();
  expect(annotations(":Service")).toEqual({ "pulumi.com/skipAwait": "true" });
  expect(annotations(":StatefulSet")).toBeUndefined();
  expect(annotations(":ConfigMap")).toBeUndefined();
});

test("waiting: where nothing becomes ready a StatefulSet isn't waited for, and one made anew doesn't meet the old one", async () => {
  const { annotations } = await registered({ kubernetes: { await: false } });
  expect(annotations(":StatefulSet")).toEqual({
    "pulumi.com/skipAwait": "true",
    "pulumi.com/deletionPropagationPolicy": "background",
  });
  expect(annotations(":Namespace")).toBeUndefined();
});
