import { describe, expect, test } from "vitest";
import { changeRows, everyKind } from "../../../src/kinds/kubernetes-object/consequences.ts";
import type { Manifest } from "../../../src/kinds/kubernetes-object/manifest.ts";
import { presence } from "../../../src/kinds/kubernetes-object/presence.ts";
import { kind as redisServer } from "../../../src/kinds/redis-server/definition.ts";
import type { PlanObject } from "../../../src/plan/plan.ts";
import { changesBetween } from "../../../src/review/changes.ts";
import type { Json, JsonObject } from "../../../src/topology/json.ts";
import { planRedis } from "../../patterns/redis/redis-plan.ts";

/** A manifest with one value at a path; `[]` stands for the one element of a list of named things. */
function manifestWith(kind: string, path: string, value: Json | undefined): Manifest {
  const manifest: Manifest = { apiVersion: "v1", kind, metadata: { name: "redis-jobs" } };
  const steps = path.split(/\.|(?=\[\])/);
  const last = steps.pop() ?? "";
  let at: JsonObject = manifest;
  for (const [index, step] of steps.entries()) {
    if (step === "[]") continue;
    const element: JsonObject = { name: "redis" };
    const inner = (at[step] as JsonObject | undefined) ?? {};
    at[step] = steps[index + 1] === "[]" ? [element] : inner;
    at = steps[index + 1] === "[]" ? element : inner;
  }
  if (value !== undefined) at[last] = value;
  return manifest;
}

const object = (spec: Manifest): PlanObject => ({
  kind: "kubernetes-object",
  key: "k",
  cluster: "main",
  spec,
  dependsOn: [],
});

const change = (before: Manifest, after: Manifest) => changesBetween([object(before)], [object(after)])[0];

type Row = [
  kind: string,
  field: string,
  before: Json | undefined,
  after: Json | undefined,
  effect: string,
  impact: string,
  sentence: RegExp,
];
const rows: Row[] = [
  [
    "StatefulSet",
    "spec.volumeClaimTemplates",
    [{ metadata: { name: "data" }, spec: { resources: { requests: { storage: "8Gi" } } } }],
    [{ metadata: { name: "data" }, spec: { resources: { requests: { storage: "20Gi" } } } }],
    "replaces",
    "outage",
    /Redis is down.*claim stays.*old size.*enlarge/,
  ],
  [
    "StatefulSet",
    "spec.selector",
    { matchLabels: { a: "b" } },
    { matchLabels: { a: "c" } },
    "replaces",
    "outage",
    /deleted and made anew/,
  ],
  ["StatefulSet", "spec.serviceName", "a", "b", "replaces", "outage", /deleted and made anew/],
  [
    "StatefulSet",
    "spec.podManagementPolicy",
    undefined,
    "Parallel",
    "replaces",
    "outage",
    /deleted and made anew/,
  ],
  ["StatefulSet", "spec.revisionHistoryLimit", undefined, 3, "replaces", "outage", /deleted and made anew/],
  ["StatefulSet", "spec.replicas", 1, 0, "in-place", "outage", /is stopped/],
  ["StatefulSet", "spec.replicas", 3, 1, "in-place", "disruption", /Exactly one/],
  ["StatefulSet", "spec.replicas", 1, 2, "in-place", "message-loss", /only some of their jobs/],
  [
    "StatefulSet",
    "spec.template.metadata.annotations",
    { "queueform.dev/redis-conf-checksum": "1" },
    { "queueform.dev/redis-conf-checksum": "2" },
    "in-place",
    "disruption",
    /because redis.conf changed/,
  ],
  [
    "StatefulSet",
    "spec.template.spec.containers[].image",
    "redis:7.2",
    "redis:7.4",
    "in-place",
    "disruption",
    /another server/,
  ],
  [
    "StatefulSet",
    "spec.template.spec.containers[].resources",
    { limits: { memory: "1Gi" } },
    { limits: { memory: "2Gi" } },
    "in-place",
    "disruption",
    /other resources/,
  ],
  [
    "StatefulSet",
    "spec.template",
    { spec: { terminationGracePeriodSeconds: 30 } },
    { spec: { terminationGracePeriodSeconds: 60 } },
    "in-place",
    "disruption",
    /The pod restarts:/,
  ],
  [
    "ConfigMap",
    "data",
    { "redis.conf": "a" },
    { "redis.conf": "b" },
    "in-place",
    "disruption",
    /what reads it sees the new one/,
  ],
  [
    "ConfigMap",
    "data.redis.conf",
    "appendfsync everysec\n",
    "appendfsync no\n",
    "in-place",
    "durability",
    /crash of the machine loses/,
  ],
  [
    "ConfigMap",
    "data.idempotency.json",
    '{"keyPrefix":"a:","ttl":60}',
    '{"keyPrefix":"a:","ttl":30}',
    "in-place",
    "ordering",
    /handled twice/,
  ],
  [
    "ConfigMap",
    "data.idempotency.json",
    '{"keyPrefix":"a:","ttl":60}',
    "broken by hand",
    "in-place",
    "ordering",
    /handled twice/,
  ],
  [
    "ConfigMap",
    "binaryData",
    { a: "b" },
    undefined,
    "in-place",
    "disruption",
    /what reads it sees the new one/,
  ],
  ["Secret", "type", "Opaque", "kubernetes.io/basic-auth", "replaces", "outage", /deleted and made anew/],
  [
    "Secret",
    "stringData",
    { password: "(differs)" },
    { password: "${secret:A}" },
    "in-place",
    "outage",
    /password changes/,
  ],
  ["Secret", "data", { password: "YQ==" }, undefined, "in-place", "outage", /password changes/],
  ["Service", "spec.clusterIP", "None", undefined, "replaces", "outage", /deleted and made anew/],
  ["Service", "spec.selector", { a: "b" }, { a: "c" }, "in-place", "outage", /or nobody/],
  [
    "Service",
    "spec.ports",
    [{ name: "redis", port: 1 }],
    [{ name: "redis", port: 2 }],
    "in-place",
    "outage",
    /old port/,
  ],
  ["Service", "spec.type", "ClusterIP", "LoadBalancer", "in-place", "disruption", /another place/],
  [
    "NetworkPolicy",
    "spec.ingress",
    [{ from: ["a"] }, { from: ["b"] }],
    [{ from: ["a"] }],
    "in-place",
    "outage",
    /may be refused/,
  ],
  ["NetworkPolicy", "spec.ingress", undefined, [{ from: ["a"] }], "in-place", "outage", /may be refused/],
  [
    "NetworkPolicy",
    "spec.ingress",
    [{ from: ["a"] }],
    [{ from: ["a"] }, { from: ["b"] }],
    "in-place",
    "safe",
    /More pods/,
  ],
  ["NetworkPolicy", "spec.podSelector", { matchLabels: { a: "b" } }, {}, "in-place", "outage", /other pods/],
  ["NetworkPolicy", "spec.policyTypes", ["Ingress"], ["Egress"], "in-place", "outage", /another direction/],
  [
    "PodDisruptionBudget",
    "spec",
    { maxUnavailable: 1 },
    { maxUnavailable: 0 },
    "in-place",
    "disruption",
    /Draining/,
  ],
  [
    "PersistentVolumeClaim",
    "spec.accessModes",
    ["ReadWriteOnce"],
    ["ReadWriteMany"],
    "replaces",
    "message-loss",
    /all jobs/,
  ],
  [
    "PersistentVolumeClaim",
    "spec.selector",
    undefined,
    { matchLabels: {} },
    "replaces",
    "message-loss",
    /all jobs/,
  ],
  ["PersistentVolumeClaim", "spec.storageClassName", "a", "b", "replaces", "message-loss", /all jobs/],
  ["PersistentVolumeClaim", "spec.volumeName", "a", "b", "replaces", "message-loss", /all jobs/],
  [
    "PersistentVolumeClaim",
    "spec.resources",
    { requests: { storage: "1Gi" } },
    { requests: { storage: "2Gi" } },
    "in-place",
    "disruption",
    /resized/,
  ],
  ["Namespace", "metadata.labels", undefined, { a: "b" }, "in-place", "disruption", /which pods may run/],
  ["*", "metadata.labels", undefined, { a: "b" }, "in-place", "documentation", /Only labels/],
  ["*", "metadata.annotations", undefined, { a: "b" }, "in-place", "documentation", /Only annotations/],
  [
    "*",
    "spec.updateStrategy.type",
    "OnDelete",
    "RollingUpdate",
    "in-place",
    "disruption",
    /^spec.updateStrategy.type changes/,
  ],
];

describe("a change of a Kubernetes object", () => {
  test.each(rows)("%s %s: %j to %j", (kind, field, before, after, effect, impact, sentence) => {
    const known = kind === "*" ? "StatefulSet" : kind;
    expect(change(manifestWith(known, field, before), manifestWith(known, field, after))).toMatchObject({
      operation: "change",
      effect,
      impact,
      sentence: expect.stringMatching(sentence),
    });
  });

  test("every row of the table is tried above", () => {
    const all = Object.entries(changeRows).flatMap(([kind, list]) =>
      list.map(({ field }) => `${kind} ${field}`),
    );
    const tried = new Set(rows.map(([kind, field]) => `${kind} ${field}`));
    expect([...all, ...everyKind.map(({ field }) => `* ${field}`)].filter((row) => !tried.has(row))).toEqual(
      [],
    );
  });
});

describe("an object that appears or goes", () => {
  const cases: [string, string, string, JsonObject?][] = [
    ["Namespace", "safe", "message-loss"],
    ["StatefulSet", "safe", "outage"],
    ["PersistentVolumeClaim", "safe", "message-loss"],
    ["ConfigMap", "safe", "outage"],
    ["Secret", "safe", "outage"],
    ["Service", "safe", "outage"],
    ["Service", "safe", "disruption", { clusterIP: "None" }],
    ["PodDisruptionBudget", "safe", "disruption"],
    ["NetworkPolicy", "disruption", "disruption"],
    ["Deployment", "safe", "outage"],
  ];

  test.each(cases)("%s: %s, %s", (kind, added, removed, spec = {}) => {
    const manifest: Manifest = { apiVersion: "v1", kind, metadata: { name: "redis-jobs" }, spec };
    expect(changesBetween([], [object(manifest)])).toMatchObject([
      { effect: "creates", impact: added, sentence: expect.stringContaining("redis-jobs") },
    ]);
    expect(changesBetween([object(manifest)], [])).toMatchObject([
      { effect: "deletes", impact: removed, sentence: expect.stringContaining("redis-jobs") },
    ]);
  });

  test("every kind of the table is tried above", () => {
    expect(Object.keys(presence).filter((kind) => !cases.some(([tried]) => tried === kind))).toEqual([]);
  });
});

describe("words of the topology", () => {
  const words = {
    on: "kubernetes",
    memory: "512Mi",
    storage: "8Gi",
    version: '"7.2"',
    password: '"${secret:A}"',
  };
  const plan = (changes: Record<string, string> = {}): readonly PlanObject[] =>
    planRedis(
      `jobs: { ${Object.entries({ ...words, ...changes })
        .map(([word, value]) => `${word}: ${value}`)
        .join(", ")} }`,
    );

  test.each([
    ["storage", "20Gi", "StatefulSet", "replaces", "outage"],
    ["storageClass", "fast", "StatefulSet", "replaces", "outage"],
    ["memory", "1Gi", "StatefulSet", "in-place", "disruption"],
    ["version", '"7.4"', "StatefulSet", "in-place", "disruption"],
    ["password", '"${secret:B}"', "Secret", "in-place", "outage"],
    ["allowFrom", "{ app: web }", "NetworkPolicy", "in-place", "outage"],
    ["config", "{ maxclients: 500 }", "ConfigMap", "in-place", "disruption"],
  ])("%s: %s", (word, value, kind, effect, impact) => {
    const changes = changesBetween(plan(), plan({ [word]: value }));
    expect(changes.find(({ key }) => key === `kubernetes/main/${kind}/default/redis-jobs`)).toMatchObject({
      operation: "change",
      effect,
      impact,
    });
    // Nothing but the StatefulSet holds jobs, so nothing else may be replaced by a word.
    expect(
      changes.filter(
        (one) =>
          one.effect === "replaces" && one !== changes.find(({ key }) => key.includes("/StatefulSet/")),
      ),
    ).toEqual([]);
  });

  test("another file, purpose or environment text changes nothing", () => {
    expect(changesBetween(plan(), plan({ for: "Emails" }))).toEqual([]);
  });

  test("moved out of Kubernetes, what ran there goes: an outage", () => {
    const impacts = changesBetween(plan(), plan({ on: "external" })).map(
      ({ operation, impact }) => `${operation} ${impact}`,
    );
    expect(impacts).toContain("remove outage");
    expect(impacts).toContain("add safe");
  });
});

describe("an external Redis", () => {
  const spec = { name: "jobs", maxmemoryPolicy: "noeviction", appendonly: "yes" };

  test.each([
    [
      "maxmemoryPolicy",
      { ...spec, maxmemoryPolicy: "allkeys-lru" },
      spec,
      "message-loss",
      /whoever runs this Redis sets maxmemory-policy/,
    ],
    ["maxmemoryPolicy", spec, { ...spec, maxmemoryPolicy: "allkeys-lru" }, "message-loss", /deletes jobs/],
    [
      "appendonly",
      { ...spec, appendonly: "no" },
      spec,
      "durability",
      /whoever runs this Redis sets appendonly/,
    ],
    ["appendonly", spec, { ...spec, appendonly: "no" }, "message-loss", /restart loses/],
    ["name", spec, { ...spec, name: "other" }, "documentation", /name/],
  ])("%s", (field, before, after, impact, sentence) => {
    expect(redisServer.impact.changed(field, before, after)).toEqual({
      effect: "in-place",
      impact,
      sentence: expect.stringMatching(sentence),
    });
  });

  test("is never made or deleted", () => {
    expect(redisServer.impact.added(spec, []).sentence).toMatch(/changes nothing there/);
    expect(redisServer.impact.removed(spec).sentence).toMatch(/nothing is deleted/);
  });
});
