import { inject } from "vitest";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { ApplyResult } from "../../../src/apply/result.ts";
import type { Environment } from "../../../src/environment/environment.ts";
import { type Drift, drift } from "../../../src/live/drift.ts";
import { observe } from "../../../src/live/observe.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { environmentOf, noSecrets, planFrom } from "../../brokers/project.ts";
import { ownName } from "../../brokers/sandboxes.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** The Redis that all tests of this run share. */
export function sharedRedis(): Address {
  const { redis } = inject("sandbox");
  if (!redis) throw new Error("The shared sandbox has no Redis.");
  return { host: redis.host, port: redis.port };
}

/** An environment with nothing but that Redis, called "jobs". */
export function redisEnvironment(address: Address = sharedRedis()): Environment {
  const environment = environmentOf({});
  const mark = { source: environment.source, start: 0, end: 0 };
  const redis = new Map([["jobs", { name: "jobs", reach: "direct", tls: false, ...address, mark } as const]]);
  return { ...environment, clusters: { ...environment.clusters, redis } };
}

/** One job queue with a name of its own, and what commands do with it. */
export class Stage {
  readonly queue: string;
  readonly connection = { ...sharedRedis(), maxRetriesPerRequest: null };
  readonly library: string;

  constructor(library: "bullmq" | "bull", title: string) {
    this.library = library === "bull" ? "{ name: bull, major: 4 }" : "{ name: bullmq, major: 6 }";
    this.queue = ownName(title);
  }

  /** `words` are the queue's lines, or all of it in braces. Only what lives inside Redis. */
  plan(words = "", others = ""): Plan {
    const plan = planFrom(`
redis:
  jobs:
    on: external
    queues:
      ${this.queue}:
        library: ${this.library}
${words.replaceAll(/^(?=.)/gm, "        ")}
${others.replaceAll(/^(?=.)/gm, "      ")}
`);
    return { ...plan, objects: plan.objects.filter(({ kind }) => kind === "redis-content") };
  }

  /** What `apply` said, without other tests' queues. */
  async apply(plan: Plan, allow: readonly string[] = []): Promise<ApplyResult> {
    const result = await applyPlan(plan, redisEnvironment(), noSecrets, {
      allow,
      onProgress: () => undefined,
    });
    return { ...result, unmanaged: result.unmanaged.filter(({ spec }) => spec["queue"] === this.queue) };
  }

  async drift(plan: Plan): Promise<Drift> {
    const found = drift(plan, await observe(plan, redisEnvironment(), noSecrets));
    return { ...found, unmanaged: found.unmanaged.filter(({ spec }) => spec["queue"] === this.queue) };
  }

  /** What an application finds in its ConfigMap, or in the plan. */
  settings(plan: Plan, queue = this.queue): ClientSettings {
    const found = plan.objects.find(({ spec }) => spec["queue"] === queue);
    if (!found) throw new Error(`The plan has no queue ${queue}.`);
    return found.spec["client"] as unknown as ClientSettings;
  }
}

export interface ClientSettings {
  readonly name: string;
  readonly queue: { prefix: string; defaultJobOptions: object; limiter?: { max: number; duration: number } };
  readonly worker: { prefix?: string; concurrency: number };
  readonly deadLetter: "failed-set" | { readonly queue: string };
}

/** Asks again until `question` has an answer. The test's own time limit ends it. */
export async function until<T>(
  question: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
