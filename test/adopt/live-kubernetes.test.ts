import { afterEach, describe, expect, test } from "vitest";
import { readLive } from "../../src/adopt/sources/live.ts";
import { applyPlan } from "../../src/apply/apply.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { nothingFound } from "../apply/stage.ts";
import { planFrom } from "../brokers/project.ts";
import { available, note, TestCluster } from "../patterns/redis/cluster.ts";
import { adopted, planned, specsOf } from "./adopting.ts";
import { ownBrokers, secret } from "./own-brokers.ts";

describe.skipIf(!available)(`a Redis on a real Kubernetes API server${note}`, () => {
  const kubernetes = new TestCluster();
  const brokers = ownBrokers("redis");

  const environment = (withRedis = true): Environment => {
    const base = brokers.environment();
    const { kubernetes: _none, redis, ...clusters } = base.clusters;
    const main = kubernetes.cluster;
    return {
      ...base,
      clusters: {
        ...clusters,
        kubernetes: new Map([["main", main]]),
        redis: withRedis ? redis : new Map(),
      },
    };
  };
  const apply = async (plan: Plan): Promise<void> => {
    const result = await applyPlan(plan, environment(), secret, { allow: [], onProgress: () => undefined });
    expect(result).toMatchObject({ failed: [], refused: [], problems: [] });
  };
  /** What an import writes, after proving that it says that it changes nothing. */
  const imported = async (withRedis = true) => {
    const env = environment(withRedis);
    const written = adopted(await readLive(env, undefined, secret, false), env);
    expect(written.changes).toEqual([]);
    return {
      objects: planned(written),
      text: written.files.map(({ text }) => text).join("\n"),
      notes: written.notes.map(({ text }) => text),
    };
  };
  afterEach(() => clear("shop", "a", "b"));
  const clear = async (...namespaces: string[]): Promise<void> => {
    for (const name of namespaces) await kubernetes.byHand("DELETE", `/api/v1/namespaces/${name}`);
    for (const name of namespaces) {
      const left = () => kubernetes.byHand("GET", `/api/v1/namespaces/${name}`);
      await expect.poll(left, { timeout: 60_000, interval: 500 }).toBeUndefined();
    }
  };

  test("what deployed it comes back as the words that it was deployed with, queues and schedules too", async () => {
    const plan = planFrom(`
redis:
  jobs:
    on: kubernetes
    namespace: shop
    createNamespace: true
    version: "7.4"
    memory: 1536Mi
    storage: 8192Mi
    storageClass: fast
    password: \${secret:REDIS_JOBS_PASSWORD}
    allowFrom: { app.kubernetes.io/part-of: shop }
    config: { appendfsync: always, save: 900 1, tcp-keepalive: 60, activedefrag: true }
    idempotency: { keyPrefix: "processed:", ttl: 24h }
    queues:
      mail/s:
        library: { name: bullmq, major: 6 }
        prefix: app
        attempts: 3
        backoff: { type: exponential, delay: 1s }
        removeOnComplete: { age: 1h, count: 10 }
        delay: 5s
        concurrency: 4
        globalConcurrency: 2
        rateLimit: { max: 10, duration: 1500ms }
        deadLetter: { queue: lost }
        data: { digest: { type: object } }
        schedules: { daily: { cron: 0 9 * * *, timezone: UTC, data: { a: 1 } } }
      lost: { library: { name: bullmq, major: 6 } }
  other: { on: kubernetes, namespace: shop, createNamespace: true, image: "example.org/redis:1", memory: 1Gi, storage: 1Gi }
`);
    await apply(plan);
    const { objects, text, notes } = await imported();
    expect(notes).toEqual([]);
    expect(objects).toEqual(specsOf(plan.objects));
    expect(text).toContain(
      "config: { activedefrag: true, appendfsync: always, save: 900 1, tcp-keepalive: 60 }",
    );
    expect(text).toContain("allowFrom: { app.kubernetes.io/part-of: shop }");
    const again: Plan = {
      objects: plan.objects.map((object) => ({ ...object, spec: objects[object.key] as never })),
    };
    expect(drift(again, await observe(again, environment(), secret))).toMatchObject(nothingFound);

    const unreached = await imported(false);
    expect(unreached.notes).toEqual([expect.stringContaining('Redis "jobs" (lost, mail/s) are not said')]);
    expect(Object.keys(unreached.objects)).not.toContain("redis/jobs/queue/lost");
  });

  test("one that was changed, one that somebody else runs, and a queue that nobody declared are named", async () => {
    for (const namespace of ["a", "b"])
      await apply(
        planFrom(
          `redis: { jobs: { on: kubernetes, namespace: ${namespace}, createNamespace: true, memory: 1Gi, storage: 1Gi } }`,
        ),
      );
    await brokers.redis.hset("bull:found:meta", { "opts.maxLenEvents": "10000", version: "bullmq:6.0.0" });
    const { notes: named, text } = await imported();
    expect(text).toContain("on: kubernetes");
    expect(named.toSorted()).toEqual([
      expect.stringContaining('queue "found" is in the Redis "jobs" and was declared by nobody'),
      expect.stringMatching(/^There is another Redis "jobs", in the namespace "[ab]"/),
    ]);

    const set = "/apis/apps/v1/namespaces/a/statefulsets";
    await kubernetes.byHand("PATCH", `${set}/redis-jobs`, { spec: { replicas: 3 } });
    const labels = { app: "cache" };
    await kubernetes.byHand("POST", set, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "cache" },
      spec: {
        serviceName: "cache",
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "c", image: "docker.io/bitnami/redis:7.2" }] },
        },
      },
    });
    const { notes, text: rest } = await imported(false);
    expect(notes.toSorted()).toEqual([
      expect.stringContaining(
        '"jobs" in the namespace "a" is no longer as Queueform made it: spec.replicas of StatefulSet redis-jobs.',
      ),
      expect.stringContaining(
        'StatefulSet "cache" in the namespace "a" runs a Redis that Queueform did not deploy',
      ),
    ]);
    expect(rest).toContain("namespace: b");
  });
});
