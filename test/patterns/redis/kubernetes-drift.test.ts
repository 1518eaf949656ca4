import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/topology/json.ts";
import { available, note, redisIn, TestCluster } from "./cluster.ts";

const core = "/api/v1/namespaces/drift";
const set = "/apis/apps/v1/namespaces/drift/statefulsets/redis-jobs";
const policy = "/apis/networking.k8s.io/v1/namespaces/drift/networkpolicies/redis-jobs";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

type Case = [what: string, path: string, patch: JsonObject, found: string];
const cases: Case[] = [
  ["scaled down", `${set}/scale`, { spec: { replicas: 0 } }, "StatefulSet spec.replicas 0"],
  [
    "another redis.conf",
    `${core}/configmaps/redis-jobs`,
    { data: { "redis.conf": "x" } },
    'ConfigMap data.redis.conf "x"',
  ],
  [
    "another file beside it",
    `${core}/configmaps/redis-jobs`,
    { data: { more: "x" } },
    'ConfigMap data.more "x"',
  ],
  [
    "another password",
    `${core}/secrets/redis-jobs`,
    { data: { password: base64("hunter2") } },
    'Secret stringData.password "(differs)"',
  ],
  [
    "another key in the Secret",
    `${core}/secrets/redis-jobs`,
    { data: { more: base64("hunter2") } },
    'Secret stringData.more "(present)"',
  ],
  [
    "a Service that finds nobody",
    `${core}/services/redis-jobs`,
    { spec: { selector: { a: "b" } } },
    'Service spec.selector.a "b"',
  ],
  ["a policy that admits everybody", policy, { spec: { ingress: [{}] } }, "NetworkPolicy spec.ingress [{}]"],
  [
    "a label taken away",
    `${core}/configmaps/redis-jobs`,
    { metadata: { labels: { "app.kubernetes.io/managed-by": null } } },
    "ConfigMap metadata.labels.app.kubernetes.io/managed-by undefined",
  ],
];

describe.skipIf(!available)(`what somebody changed by hand is seen, and taken back${note}`, () => {
  const kubernetes = new TestCluster();
  const plan = redisIn("drift");
  beforeAll(async () => {
    await kubernetes.apply(plan);
  });

  test.each(cases)("%s", async (_what, path, patch, found) => {
    await kubernetes.byHand("PATCH", path, patch);
    const changes = await kubernetes.changesFor(plan);
    const seen = changes.flatMap(({ after, fields }) =>
      fields.map(({ field, before }) => `${String(after?.spec["kind"])} ${field} ${JSON.stringify(before)}`),
    );
    expect(seen).toEqual([found]);
    expect(changes).toMatchObject([{ operation: "change", effect: "in-place" }]);
    expect(await kubernetes.apply(plan)).toHaveLength(1);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("a second container", async () => {
    const living = (await kubernetes.byHand("GET", set)) as {
      spec: { template: { spec: { containers: JsonObject[] } } };
    };
    const containers = [
      ...living.spec.template.spec.containers,
      { name: "miner", image: "example.com/miner:1" },
    ];
    await kubernetes.byHand("PATCH", set, { spec: { template: { spec: { containers } } } });
    const fields = (await kubernetes.changesFor(plan)).flatMap((change) => change.fields);
    expect(fields.map(({ field }) => field)).toEqual(["spec.template.spec.containers"]);
    expect(JSON.stringify(fields[0]?.before)).toContain("miner");
    await kubernetes.apply(plan);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("a secret that has another value here is seen without being shown, and sent", async () => {
    const other = (): string => "hunter3";
    const [change, ...more] = await kubernetes.changesFor(plan, other);
    expect(more).toEqual([]);
    expect(change?.fields).toMatchObject([{ field: "stringData.password", before: "(differs)" }]);
    expect(JSON.stringify(change)).not.toMatch(/hunter3|correct horse/);
    expect(await kubernetes.apply(plan, other)).toEqual(["Secret redis-jobs"]);
    expect(await kubernetes.changesFor(plan, other)).toEqual([]);
    expect(await kubernetes.byHand("GET", `${core}/secrets/redis-jobs`)).toMatchObject({
      data: { password: base64("hunter3") },
    });
    await kubernetes.apply(plan);
  });

  test("a deleted Service is missing, and made again", async () => {
    await kubernetes.byHand("DELETE", `${core}/services/redis-jobs`);
    const changes = await kubernetes.changesFor(plan);
    expect(changes.map(({ key, operation }) => [key, operation])).toEqual([
      ["kubernetes/main/Service/drift/redis-jobs", "add"],
    ]);
    expect(await kubernetes.apply(plan)).toEqual(["Service redis-jobs"]);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("the pods pass the strictest pod security standard, and would not without their security context", async () => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await kubernetes.byHand("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "restricted", labels },
    });
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "test" } };
    await kubernetes.byHand("POST", "/api/v1/namespaces/restricted/serviceaccounts", account);
    const spec = plan.find((object) => object.spec["kind"] === "StatefulSet")?.spec["spec"];
    const { template } = spec as {
      template: { metadata: JsonObject; spec: { containers: JsonObject[]; volumes: JsonObject[] } };
    };
    // What the StatefulSet controller makes of the claim template.
    const claim = { name: "data", persistentVolumeClaim: { claimName: "data-redis-jobs-0" } };
    const create = (name: string, containers: JsonObject[]): Promise<unknown> =>
      kubernetes.byHand("POST", "/api/v1/namespaces/restricted/pods", {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...template.metadata, name },
        spec: {
          ...template.spec,
          containers,
          volumes: [...template.spec.volumes, claim],
          serviceAccountName: "test",
        },
      });
    const { containers } = template.spec;
    await expect(create("ours", containers)).resolves.toMatchObject({ kind: "Pod" });
    const careless = containers.map((container) => ({ ...container, securityContext: {} }));
    await expect(create("careless", careless)).rejects.toThrow(/violates PodSecurity "restricted/);
  });
});
