import type { JsonObject } from "../../topology/json.ts";
import { durationToMilliseconds } from "../../topology/units.ts";

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
