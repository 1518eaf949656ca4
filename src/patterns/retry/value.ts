import { queueTypeOf } from "../../kinds/rabbitmq-queue/definition.ts";
import { isObject } from "../../topology/json.ts";
import type { QueueWithDeadLetter } from "../dead-letter.ts";

export interface RetryValue {
  readonly retries: number;
  readonly delay: string;
  readonly backoff?: "exponential" | "fixed";
  readonly factor?: number;
  readonly maxDelay?: string;
}

export type QueueWithRetry = QueueWithDeadLetter & { readonly retry?: RetryValue };

/**
 * The retries of a queue; undefined when it has none, or can't have any because its dead letters go where retries can't
 * be built (the rule retry-needs-dead-letter says so).
 */
export function retryOf(value: QueueWithRetry): RetryValue | undefined {
  const { deadLetter, retry } = value;
  const elsewhere = deadLetter === false || (isObject(deadLetter) && deadLetter["exchange"] !== undefined);
  return elsewhere || queueTypeOf(value) === "stream" ? undefined : retry;
}

/**
 * Whether what the queue dead-letters is kept until its next queue has confirmed it. The broker offers that for quorum
 * queues that refuse rather than drop what is beyond their limit; for others it falls back to at most once.
 */
export function retriesAtLeastOnce(value: QueueWithRetry): boolean {
  return (
    retryOf(value) !== undefined &&
    queueTypeOf(value) === "quorum" &&
    (value.limit === undefined || value.limit.overflow === "reject-publish")
  );
}
