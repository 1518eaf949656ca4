import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { readLive } from "../../src/adopt/sources/live.ts";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { Environment, KafkaCluster } from "../../src/environment/environment.ts";
import type { RedisContentSpec } from "../../src/kinds/redis-content/spec.ts";
import { type Drift, drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import { planOf } from "../../src/plan/model.ts";
import type { Plan, PlanObject } from "../../src/plan/plan.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import type { KafkaState, Part } from "../../src/sandbox/state.ts";
import { environmentOf } from "../brokers/project.ts";
import { adopted, modelOf, structuralProblems } from "./adopting.ts";

/** The one password of everybody. */
export const password = "hunter2";
export const secret = (): string => password;

/** Brokers that only the tests of one file use, because an import reads all there is; Redis is empty before each. */
export interface OwnBrokers {
  readonly directory: string;
  readonly kafka: KafkaState;
  readonly address: { readonly host: string; readonly port: number };
  readonly redis: Redis;
  environment(access?: Partial<KafkaCluster>): Environment;
}

/** Starts them before the tests of a file; what is returned can be used in tests and hooks. */
export function ownBrokers(...parts: Part[]): OwnBrokers {
  const brokers = {} as { -readonly [K in keyof OwnBrokers]: OwnBrokers[K] };
  beforeAll(async () => {
    brokers.directory = await mkdtemp(join(tmpdir(), "queueform-test-"));
    const { kafka, redis } = await startSandbox({ directory: brokers.directory, parts });
    if (kafka) brokers.kafka = kafka;
    if (!redis) throw new Error("The sandbox did not start a Redis.");
    brokers.address = { host: redis.host, port: redis.port };
    brokers.redis = new Redis(brokers.address);
    brokers.environment = (access = {}) => {
      const base = environmentOf(kafka ? { kafka: { ...kafka, ...access } } : {});
      const mark = { source: base.source, start: 0, end: 0 };
      const jobs = { name: "jobs", reach: "direct", tls: false, ...brokers.address, mark } as const;
      return { ...base, clusters: { ...base.clusters, redis: new Map([["jobs", jobs]]) } };
    };
  });
  beforeEach(async () => void (await brokers.redis.flushall()));
  afterAll(async () => {
    brokers.redis.disconnect();
    await stopSandbox(brokers.directory);
    await rm(brokers.directory, { recursive: true, force: true });
  });
  return brokers;
}

export interface Imported {
  readonly plan: Plan;
  readonly text: string;
  /** Of what was left out, by key. */
  readonly notes: ReadonlyMap<string, string>;
  drift(): Promise<Drift>;
  apply(): Promise<ApplyResult>;
}

/** What an import writes, after proving that it says that it changes nothing. */
export async function imported(env: Environment, withAccess = false): Promise<Imported> {
  const written = adopted(await readLive(env, undefined, secret, withAccess), env);
  expect(written.changes).toEqual([]);
  const model = modelOf(written, env);
  expect(structuralProblems(model)).toEqual([]);
  const plan = planOf(model);
  return {
    plan,
    text: written.files.map(({ text }) => text).join("\n"),
    notes: new Map(written.notes.map(({ key, about, text }) => [key ?? about, text])),
    drift: async () => drift(plan, await observe(plan, env, secret)),
    apply: () => applyPlan(plan, env, secret, { allow: [], onProgress: () => undefined }),
  };
}

/** Without what only applications know. */
export function observable(objects: readonly PlanObject[]): PlanObject[] {
  return objects.flatMap((object) => {
    const { client: _client, idempotency: _idempotency, ...spec } = object.spec;
    if (object.kind === "kubernetes-object" || object.kind.startsWith("rabbitmq-")) return [];
    const queue = object.kind === "redis-content" ? (spec as RedisContentSpec) : undefined;
    // Before its first job, a queue without schedules has nothing in Redis.
    const isThere = !queue || Object.keys(queue.schedules).length > 0;
    return isThere ? [{ ...object, spec }] : [];
  });
}
