import type { JsonObject } from "../../topology/json.ts";
import { durationPattern } from "../../topology/units.ts";
import { defaultPrefix } from "./value.ts";

const positiveDuration = durationPattern.replace("[0-9]+", "[0-9]*[1-9][0-9]*");
const duration = (description: string, example: string): JsonObject => ({
  type: "string",
  pattern: positiveDuration,
  description,
  examples: [example],
});
const count = (description: string): JsonObject => ({ type: "integer", minimum: 1, description });
const date = (description: string): JsonObject => ({
  type: "string",
  pattern:
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$",
  description: `${description} A day, or a time with its offset: without one it would depend on the machine.`,
  examples: ["2027-01-01T00:00:00Z"],
});
const withoutColon = (description: string, example: string): JsonObject => ({
  type: "string",
  pattern: "^[^:]+$",
  description: `${description} Without colons, which separate the parts of names in Redis.`,
  examples: [example],
});
const removal = (which: string, advice: string): JsonObject => ({
  type: ["boolean", "integer", "object"],
  minimum: 0,
  description: `When ${which} jobs are deleted from Redis: true at once, false never, a number keeps that many, age and count keep the younger ones up to that many. ${advice}`,
  examples: [1000],
  properties: {
    age: duration("How long they are kept; older ones go when another job finishes.", "7d"),
    count: { type: "integer", minimum: 0, description: "How many are kept at most." },
  },
  additionalProperties: false,
});

const schedule: JsonObject = {
  type: "object",
  description: "Makes jobs by itself, by a cron expression or at equal distances; one of the two.",
  properties: {
    cron: {
      type: "string",
      description: "Five fields (minute hour day month weekday), or six with seconds before them.",
      examples: ["0 9 * * *"],
    },
    every: duration("The distance between two jobs, instead of cron.", "5m"),
    timezone: {
      type: "string",
      minLength: 1,
      description: "The IANA time zone that the fields of cron mean.",
      examples: ["Asia/Seoul"],
    },
    name: withoutColon(
      "Name of the jobs it makes; with BullMQ the schedule's own name when absent, with Bull the unnamed job.",
      "daily-report",
    ),
    data: { description: "What each job carries; {} when absent.", examples: [{ type: "daily-report" }] },
    limit: count("How many jobs it makes in all; without end when absent."),
    startDate: date("No job before that."),
    endDate: date("No job after that."),
  },
  additionalProperties: false,
};

/** What may stand under `redis: <name>: queues: <queue>:`. */
export const jobQueueSchema: JsonObject = {
  type: "object",
  description: "A Bull or BullMQ queue: the options of its jobs, and what it holds inside Redis.",
  required: ["library"],
  properties: {
    for: { type: "string", description: "What the queue is for, shown in the design document." },
    library: {
      type: "object",
      required: ["name", "major"],
      description: "What the applications use: keys in Redis and the backoff formula differ.",
      examples: ["{ name: bullmq, major: 6 }"],
      properties: {
        name: { enum: ["bullmq", "bull"], description: "The package's name." },
        major: { ...count("Its major version."), examples: [6] },
      },
      additionalProperties: false,
    },
    prefix: {
      type: "string",
      minLength: 1,
      default: defaultPrefix,
      description:
        "What the queue's keys in Redis begin with. Changing it leaves all jobs behind under the old one.",
    },
    attempts: {
      ...count("How often a job is tried in all: 1 means never again after it failed."),
      maximum: 1000,
      default: 1,
    },
    backoff: {
      type: "object",
      required: ["type", "delay"],
      description: "How long a failed job waits before it is tried again.",
      properties: {
        type: {
          enum: ["fixed", "exponential"],
          description:
            "fixed waits delay each time. exponential waits delay times 1, 2, 4, 8 with BullMQ, and times 1, 3, 7, 15 with Bull.",
        },
        delay: duration("The first wait.", "1s"),
        jitter: {
          type: "number",
          minimum: 0,
          maximum: 1,
          description:
            "BullMQ: the part of each wait that is random, so that jobs that failed together come back apart.",
        },
      },
      additionalProperties: false,
    },
    removeOnComplete: removal("completed", "Without it they stay, and memory fills."),
    removeOnFail: removal("failed", "Without it they stay: the failed set is where dead letters wait."),
    priority: {
      type: "integer",
      minimum: 0,
      maximum: 2_097_151,
      description:
        "Of jobs that don't say otherwise. 1 runs first, larger ones later; jobs with 0 or without any run before all of them.",
    },
    delay: duration("How long new jobs wait before they may run.", "5s"),
    rateLimit: {
      type: "object",
      required: ["max", "duration"],
      description: "How many jobs may start in a stretch of time, counted over all workers together.",
      properties: {
        max: count("How many jobs."),
        duration: duration("In which time.", "1s"),
      },
      additionalProperties: false,
    },
    concurrency: { ...count("How many jobs one worker runs at a time."), default: 1 },
    globalConcurrency: count(
      "BullMQ: how many jobs run at a time over all workers together; no limit when absent.",
    ),
    schedules: {
      type: "object",
      description: "Job schedulers by name. Removing one from the file removes it from Redis.",
      additionalProperties: schedule,
    },
    data: {
      type: "object",
      description: "By job name: a JSON Schema of the job's data, or an example of it.",
      additionalProperties: {
        description: "A JSON Schema, or an example.",
        examples: [{ to: "a@example.com" }],
      },
    },
    deadLetter: {
      type: ["string", "object"],
      pattern: "^failed-set$",
      default: "failed-set",
      description:
        "Where jobs go that failed at their last attempt: they stay in the failed set, or applications copy them to another queue when they see the failure.",
      examples: ["failed-set"],
      required: ["queue"],
      properties: {
        queue: { type: "string", minLength: 1, description: "A job queue of the same Redis." },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

/** What may stand under `redis: <name>: idempotency:`. */
export const idempotencySchema: JsonObject = {
  type: "object",
  required: ["keyPrefix", "ttl"],
  description:
    "How applications remember in this Redis what they have handled, so that a duplicate is handled once: SET <keyPrefix><id> 1 NX, for as long as ttl.",
  properties: {
    keyPrefix: {
      type: "string",
      minLength: 1,
      description: "What the keys begin with.",
      examples: ["processed:"],
    },
    ttl: duration("How long an id is remembered: longer than the same message may come back.", "24h"),
  },
  additionalProperties: false,
};
