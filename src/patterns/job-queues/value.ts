import type { JobQueueValue } from "../../kinds/redis-content/value.ts";
import type { RedisServerValue } from "../../kinds/redis-server/value.ts";

export type RedisWithQueues = RedisServerValue & {
  readonly queues?: Readonly<Record<string, JobQueueValue>>;
};
