import { durationToMilliseconds } from "../../topology/units.ts";
import type { BackoffValue, JobQueueValue } from "./value.ts";

/**
 * The waits between the attempts of a job, in milliseconds and without jitter: as many as there are retries.
 * BullMQ waits 2^(n-1) times the delay after the nth attempt, Bull 2^n - 1 times (lib/backoffs.js of each).
 */
export function waitsOf(
  library: JobQueueValue["library"]["name"],
  attempts: number,
  backoff: BackoffValue | undefined,
): number[] {
  const delay = backoff ? durationToMilliseconds(backoff.delay) : 0;
  return Array.from({ length: attempts - 1 }, (_, index) => {
    if (backoff?.type !== "exponential") return delay;
    return (library === "bullmq" ? 2 ** index : 2 ** (index + 1) - 1) * delay;
  });
}

/** Milliseconds as people read them: "1.5 s". */
export const secondsText = (milliseconds: number): string =>
  `${(milliseconds / 1000).toLocaleString("en", { maximumFractionDigits: 3 })} s`;
