import { describe, expect, test } from "vitest";
import { removeKubernetes, writeKubernetes } from "../../../src/apply/kubernetes.ts";
import { connectKubernetes } from "../../../src/live/kubernetes.ts";
import { changesBetween } from "../../../src/review/changes.ts";
import { UsageError } from "../../../src/topology/files.ts";
import { available, lookup, note, password, redisIn, TestCluster } from "./cluster.ts";
import { planRedis } from "./redis-plan.ts";

const withoutPassword = "storage: 8192Mi";

describe.skipIf(!available)(`on a real Kubernetes API server${note}`, () => {
  const kubernetes = new TestCluster();

  const versions = (namespace: string): Promise<unknown[]> =>
    Promise.all(
      ["api/v1 configmaps", "api/v1 secrets", "api/v1 services", "apis/apps/v1 statefulsets"].map(
        async (type) => {
          const [group, plural] = type.split(" ");
          const found = await kubernetes.byHand(
            "GET",
            `/${group}/namespaces/${namespace}/${plural}/redis-jobs`,
          );
          return (found as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
        },
      ),
    );

  test("it tells its version and the uid that pins it", async () => {
    const connection = await connectKubernetes(kubernetes.cluster, lookup);
    const { identity } = kubernetes;
    expect(await connection.probe()).toEqual({ identity, version: expect.stringMatching(/^1\.\d+\.\d+/) });
    await connection.close();
  });

  test("everything is made, each after what it needs; reading it back shows no change, and applying again sends nothing", async () => {
    const plan = redisIn("create");
    expect((await kubernetes.changesFor(plan)).map(({ operation }) => operation)).toEqual(
      plan.map(() => "add"),
    );
    const written = await kubernetes.apply(plan);
    const planned = plan.map(({ spec, key }) => `${String(spec["kind"])} ${key.split("/").at(-1)}`);
    expect(written.toSorted()).toEqual(planned.toSorted());
    expect([written[0], written.at(-1)]).toEqual(["Namespace create", "StatefulSet redis-jobs"]);
    expect((await kubernetes.read(plan)).unchecked).toEqual([]);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
    expect(await kubernetes.apply(plan)).toEqual([]);
  });

  test("writing again what is there already changes no object", async () => {
    const plan = redisIn("again");
    await kubernetes.apply(plan);
    const before = await versions("again");
    await writeKubernetes(kubernetes.cluster, lookup, changesBetween([], plan), () => undefined);
    expect(await versions("again")).toEqual(before);
  });

  test("the password arrives, and is nowhere else", async () => {
    const plan = redisIn("secret");
    await kubernetes.apply(plan);
    const secret = await kubernetes.byHand("GET", "/api/v1/namespaces/secret/secrets/redis-jobs");
    const encoded = (secret as { data: { password: string } }).data.password;
    expect(Buffer.from(encoded, "base64").toString()).toBe(password);
    expect(JSON.stringify(await kubernetes.read(plan))).not.toMatch(new RegExp(`${password}|${encoded}`));
    const set = await kubernetes.byHand("GET", "/apis/apps/v1/namespaces/secret/statefulsets/redis-jobs");
    expect(JSON.stringify(set)).not.toContain(password);
  });

  test("what nobody declares any more is reported without its secrets, and deleted only by name", async () => {
    await kubernetes.apply(redisIn("orphan"));
    const plan = redisIn("orphan", withoutPassword);
    const { objects } = await kubernetes.read(plan);
    const orphan = objects.filter(({ spec }) => spec["kind"] === "Secret");
    expect(orphan).toMatchObject([
      {
        key: "kubernetes/main/Secret/orphan/redis-jobs",
        spec: { type: "Opaque", data: { password: "(hidden)" } },
      },
    ]);
    expect(orphan[0]?.spec["metadata"]).not.toHaveProperty("managedFields");
    await kubernetes.apply(plan);
    const left = await kubernetes.changesFor(plan);
    expect(left.map(({ key, operation }) => [key, operation])).toEqual([[orphan[0]?.key, "remove"]]);

    await removeKubernetes(kubernetes.cluster, lookup, orphan);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
    // What is gone already counts as deleted.
    await removeKubernetes(kubernetes.cluster, lookup, orphan);
  });

  test("objects of others in the same namespace are not ours to report", async () => {
    const plan = redisIn("shared");
    await kubernetes.apply(plan);
    const theirs = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "theirs" } };
    await kubernetes.byHand("POST", "/api/v1/namespaces/shared/configmaps", theirs);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("a secret that can't be looked up leaves the Secret unchecked, not changed", async () => {
    const plan = redisIn("unchecked");
    await kubernetes.apply(plan);
    const reading = await kubernetes.read(plan, (name) => {
      throw new UsageError(`The secret ${name} is not set.`);
    });
    expect(reading.unchecked).toEqual([
      {
        key: "kubernetes/main/Secret/unchecked/redis-jobs",
        reason: "The secret REDIS_PASSWORD is not set.",
        cause: "no-secret",
      },
    ]);
    expect(changesBetween(reading.objects, plan)).toEqual([]);
  });

  test("a secret that is not set stops a write before anything is written", async () => {
    const plan = redisIn("unset", `${withoutPassword}, password: "\${secret:OTHER}"`);
    await expect(kubernetes.apply(plan)).rejects.toThrow("The secret OTHER is not set.");
    expect(await kubernetes.byHand("GET", "/api/v1/namespaces/unset")).toBeUndefined();
  });

  test("fields that another tool manages on an object that is not ours are left to it, and named", async () => {
    const plan = redisIn("foreign");
    await kubernetes.apply(plan.filter(({ spec }) => spec["kind"] === "Namespace"));
    const path = "/api/v1/namespaces/foreign/configmaps";
    const metadata = { name: "redis-jobs" };
    await kubernetes.byHand("POST", path, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { "redis.conf": "x" },
    });
    const changed = (await kubernetes.changesFor(plan)).filter(({ operation }) => operation === "change");
    expect(changed.map(({ key }) => key)).toEqual(["kubernetes/main/ConfigMap/foreign/redis-jobs"]);
    await expect(kubernetes.apply(plan)).rejects.toThrow(
      /did not write ConfigMap "redis-jobs": somebody else manages \.data\.redis\.conf \(conflict with "kubectl-edit" using v1\)\. .*app\.kubernetes\.io\/managed-by=queueform/,
    );
    expect(await kubernetes.byHand("GET", `${path}/redis-jobs`)).toMatchObject({
      data: { "redis.conf": "x" },
    });

    const labels = { "app.kubernetes.io/managed-by": "queueform" };
    await kubernetes.byHand("PATCH", `${path}/redis-jobs`, { metadata: { labels } });
    await kubernetes.apply(plan);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("a change that only a new StatefulSet can have is refused by the server too; removed first, it is made anew", async () => {
    await kubernetes.apply(redisIn("replace", "storage: 8Gi"));
    const plan = redisIn("replace", "storage: 20Gi");
    const changes = await kubernetes.changesFor(plan);
    const found = changes.map(({ effect, key }) => [effect, key]);
    expect(found).toEqual([["replaces", "kubernetes/main/StatefulSet/replace/redis-jobs"]]);
    await expect(writeKubernetes(kubernetes.cluster, lookup, changes, () => undefined)).rejects.toThrow(
      /did not write StatefulSet "redis-jobs"; it answered with status 422: .*spec: Forbidden/,
    );

    const before = changes.flatMap((change) => change.before ?? []);
    await removeKubernetes(kubernetes.cluster, lookup, before);
    await kubernetes.apply(plan);
    expect(await kubernetes.changesFor(plan)).toEqual([]);
  });

  test("a namespace that is not there is named, with the word that would make it", async () => {
    const plan = planRedis("jobs: { on: kubernetes, namespace: nowhere, memory: 1Gi, storage: 1Gi }");
    await expect(kubernetes.apply(plan)).rejects.toThrow(
      /has no namespace "nowhere", so it can't write .*createNamespace: true/,
    );
  });
});
