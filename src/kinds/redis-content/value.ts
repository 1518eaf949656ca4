import type { Json } from "../../topology/json.ts";

/** One job queue as a topology file describes it, under `redis: <name>: queues:`. */
export interface JobQueueValue {
  readonly for?: string;
  readonly library: { readonly name: "bullmq" | "bull"; readonly major: number };
  readonly prefix?: string;
  readonly attempts?: number;
  readonly backoff?: BackoffValue;
  readonly removeOnComplete?: RemovalValue;
  readonly removeOnFail?: RemovalValue;
  readonly priority?: number;
  /** A duration, like every other length of time here. */
  readonly delay?: string;
  readonly rateLimit?: { readonly max: number; readonly duration: string };
  readonly concurrency?: number;
  readonly globalConcurrency?: number;
  readonly schedules?: Readonly<Record<string, ScheduleValue>>;
  /** By job name: a JSON Schema of the job's data, or an example. */
  readonly data?: Readonly<Record<string, Json>>;
  readonly deadLetter?: "failed-set" | { readonly queue: string };
}

export interface BackoffValue {
  readonly type: "fixed" | "exponential";
  readonly delay: string;
  readonly jitter?: number;
}

/** true: at once; false: never; a number: all but that many; otherwise what is older or more than that. */
export type RemovalValue = boolean | number | { readonly age?: string; readonly count?: number };

export interface ScheduleValue {
  readonly cron?: string;
  readonly every?: string;
  readonly timezone?: string;
  readonly name?: string;
  readonly data?: Json;
  readonly limit?: number;
  readonly startDate?: string;
  readonly endDate?: string;
}

export const defaultPrefix = "bull";

/** The majors that the tests run against, and that `apply` brings along to write with. */
export const supportedMajors = { bullmq: 6, bull: 4 } as const;
