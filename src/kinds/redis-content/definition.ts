import { markOf } from "../../topology/mark.ts";
import type { Kind } from "../kind.ts";
import { redisContentImpact } from "./impact.ts";
import { jobQueueKey, redisContentSpec, type RedisContentSpec } from "./spec.ts";
import type { JobQueueValue } from "./value.ts";

/**
 * A job queue inside a Redis. Pulumi has no provider for it, so it has no resource: `apply` writes it, in environments of
 * Pulumi's too. People write it below a Redis, where the pattern "job-queues" finds it.
 */
export const kind: Kind<JobQueueValue, RedisContentSpec> = {
  id: "redis-content",
  broker: "redis",
  noun: "job queue",
  declare: () => [],
  compile: ({ name, value }) => redisContentSpec(name, value),
  references: ({ cluster, value, mark }) =>
    typeof value.deadLetter === "object"
      ? [
          {
            key: jobQueueKey(cluster, value.deadLetter.queue),
            noun: "job queue",
            name: value.deadLetter.queue,
            mark: markOf(value, "deadLetter", "queue") ?? mark,
            mustExist: true,
          },
        ]
      : [],
  // The options of jobs are the queue's, and schedules take them over.
  words: (field) => /^schedules\..+\.options\.(.+)$/.exec(field)?.slice(1) ?? [],
  protects: () => false,
  impact: redisContentImpact,
};
