import type { JsonObject } from "../../topology/json.ts";
import { durationToMilliseconds } from "../../topology/units.ts";
import type { Consequence } from "../kind.ts";

/** How applications claim the ids of what they handle. */
export interface IdempotencyValue {
  readonly keyPrefix: string;
  readonly ttl: string;
}

/** `ttl` in seconds, as the EX of SET takes it. */
export const idempotencySettings = ({ keyPrefix, ttl }: IdempotencyValue): JsonObject => ({
  keyPrefix,
  ttl: Math.ceil(durationToMilliseconds(ttl) / 1000),
});

/** What it does when applications claim ids in another way. undefined where they claim none. */
export function idempotencyChange(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): Consequence {
  if (!before) return { impact: "safe", sentence: "Applications start to remember what they have handled." };
  if (!after)
    return {
      impact: "ordering",
      sentence:
        "Nothing says any more that handled messages are remembered: one that comes back is handled twice.",
    };
  if (before["keyPrefix"] !== after["keyPrefix"])
    return {
      impact: "ordering",
      sentence:
        "What was handled is remembered under the old prefix, where nobody looks: a message that comes back is handled twice.",
    };
  return Number(after["ttl"]) < Number(before["ttl"])
    ? {
        impact: "ordering",
        sentence: "Handled messages are forgotten sooner: one that comes back after that is handled twice.",
      }
    : { impact: "safe", sentence: "Handled messages are remembered longer, which needs memory." };
}
