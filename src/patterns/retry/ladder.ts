import { durationToMilliseconds } from "../../topology/units.ts";
import type { RetryValue } from "./value.ts";

/** One wait between two deliveries: a queue of its own, because messages expire only at the head of a queue. */
export interface Tier {
  /** Of the queue, and the routing key with which its messages come back. */
  readonly name: string;
  /** In milliseconds. */
  readonly delay: number;
}

/**
 * The waits of a queue in order: delay, delay * factor, delay * factor^2 and so on, none longer than maxDelay.
 *
 * A tier is named by its delay and not by its place. Its arguments say nothing but that delay and that name, so a tier
 * that is still there after a change of `retry` is the same queue with the same arguments.
 */
export function ladder(queue: string, retry: RetryValue): Tier[] {
  const seen = new Map<number, number>();
  return waits(retry).map((delay) => {
    const nth = (seen.get(delay) ?? 0) + 1;
    seen.set(delay, nth);
    const name = `${queue}.retry.${durationText(delay)}`;
    return { name: nth === 1 ? name : `${name}.${nth}`, delay };
  });
}

/** In milliseconds. */
export function waits({
  retries,
  delay,
  backoff = "exponential",
  factor = 2,
  maxDelay,
}: RetryValue): number[] {
  const first = durationToMilliseconds(delay);
  const longest = maxDelay === undefined ? Infinity : durationToMilliseconds(maxDelay);
  const growth = backoff === "fixed" ? 1 : factor;
  return Array.from({ length: retries }, (_, index) =>
    Math.min(Math.round(first * growth ** index), longest),
  );
}

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
];

/** Milliseconds in the largest unit that leaves no rest: 90000 is "90s", 60000 is "1m". */
export function durationText(milliseconds: number): string {
  const unit = milliseconds > 0 ? units.find(([, length]) => milliseconds % length === 0) : undefined;
  return unit ? `${milliseconds / unit[1]}${unit[0]}` : `${milliseconds}ms`;
}
