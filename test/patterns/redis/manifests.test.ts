import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { PlanObject } from "../../../src/plan/plan.ts";
import { changesBetween } from "../../../src/review/changes.ts";
import { checkRedis, planRedis } from "./redis-plan.ts";

const simple = "jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi }";
const complete = `
jobs:
  for: Emails and reports
  on: kubernetes
  cluster: west
  namespace: shop
  createNamespace: true
  version: "7.2.5"
  memory: 1Gi
  storage: 20Gi
  storageClass: fast
  password: "\${secret:REDIS_PASSWORD}"
  allowFrom: { app.kubernetes.io/part-of: shop, tier: worker }
  config: { maxclients: 500, lazyfree-lazy-expire: true }
`;

const asYaml = (objects: readonly PlanObject[]): string =>
  objects
    .map(
      ({ key, dependsOn, spec }) =>
        `# ${key}\n${dependsOn.map((on) => `#   after ${on}\n`).join("")}${stringify(spec, { lineWidth: 0 })}`,
    )
    .join("---\n");

describe("manifests", () => {
  test("of the least that can be said", async () => {
    await expect(asYaml(planRedis(simple))).toMatchFileSnapshot("snapshots/simple.yaml");
  });

  test("of everything that can be said", async () => {
    await expect(asYaml(planRedis(complete))).toMatchFileSnapshot("snapshots/complete.yaml");
  });

  test("another redis.conf gives the pod another checksum, and changes nothing else but the ConfigMap", () => {
    const changed = planRedis(simple.replace("}", ", config: { maxclients: 500 } }"));
    expect(
      changesBetween(planRedis(simple), changed).map(({ key, effect, fields }) => [
        key,
        effect,
        fields.map(({ field }) => field),
      ]),
    ).toEqual([
      ["kubernetes/main/ConfigMap/default/redis-jobs", "in-place", ["data.redis.conf"]],
      [
        "kubernetes/main/StatefulSet/default/redis-jobs",
        "in-place",
        ["spec.template.metadata.annotations.queueform.dev/redis-conf-checksum"],
      ],
    ]);
  });

  test.each([
    ["memory: 512Mi", "memory: 524288Ki"],
    ["storage: 8Gi", "storage: 8192Mi"],
  ])("the same size in other words, %s and %s, changes nothing", (one, other) => {
    expect(changesBetween(planRedis(simple), planRedis(simple.replace(one, other)))).toEqual([]);
  });

  test("an image of one's own takes the place of the version", () => {
    const objects = planRedis(simple.replace("}", ", image: 'registry.example.com/redis:7.2.5' }"));
    expect(JSON.stringify(objects)).toContain('"image":"registry.example.com/redis:7.2.5"');
    expect(JSON.stringify(objects)).not.toContain("docker.io");
  });

  test("what holds jobs, or takes them with it, is the only thing that is protected", async () => {
    const { kind } = await import("../../../src/kinds/kubernetes-object/definition.ts");
    const isProtected = (object: PlanObject): boolean =>
      kind.protects(object.spec as Parameters<typeof kind.protects>[0]);
    expect(
      planRedis(complete)
        .filter(isProtected)
        .map(({ spec }) => spec["kind"]),
    ).toEqual(["Namespace", "StatefulSet"]);
  });
});

describe("a topology", () => {
  test("an external Redis stays one object, on a cluster of its own name", () => {
    expect(planRedis("jobs: { on: external, memory: 512Mi, storage: 8Gi }")).toEqual([
      expect.objectContaining({
        kind: "redis-server",
        key: "redis/jobs/server/jobs",
        cluster: "jobs",
        spec: { name: "jobs", maxmemoryPolicy: "noeviction", appendonly: "yes" },
      }),
    ]);
  });

  test("the file that a Redis stands in makes no difference", () => {
    const other = "cache-free: { on: kubernetes, memory: 1Gi, storage: 1Gi }";
    expect(changesBetween(planRedis(`${simple}\n${other}`), planRedis(other, simple))).toEqual([]);
  });

  test("two deployments may ask for the same namespace", () => {
    const shared = "on: kubernetes, memory: 1Gi, storage: 1Gi, namespace: shop, createNamespace: true";
    const namespaces = planRedis(`a: { ${shared} }`, `b: { ${shared} }`).filter(
      ({ spec }) => spec["kind"] === "Namespace",
    );
    expect(namespaces.map(({ key }) => key)).toEqual(["kubernetes/main/Namespace/-/shop"]);
  });

  test("the same deployment in two files is one problem", () => {
    const { diagnostics } = checkRedis(simple, simple);
    expect(diagnostics.map(({ rule }) => rule)).toEqual(["duplicate-declaration"]);
  });

  test("two names that would share an object are a problem", () => {
    const { diagnostics } = checkRedis(
      `${simple}\njobs-headless: { on: kubernetes, memory: 1Gi, storage: 1Gi }`,
    );
    expect(diagnostics.map(({ rule, what }) => [rule, what])).toEqual([
      ["duplicate-declaration", expect.stringContaining("redis-jobs-headless")],
    ]);
  });

  test("the same name in two namespaces or on two clusters is fine", () => {
    const words = "on: kubernetes, memory: 1Gi, storage: 1Gi";
    expect(
      planRedis(
        `jobs: { ${words} }`,
        `jobs: { ${words}, namespace: shop }`,
        `jobs: { ${words}, cluster: west }`,
      ),
    ).toHaveLength(18);
  });
});
