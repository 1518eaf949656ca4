import { listedNames } from "../rabbitmq-policy/matching.ts";

/** What matches no name at all. */
export const nothing = "^$";

/** Whether whatever `narrower` allows is also allowed by `wider`. False when that can't be told. */
export function covers(wider: string, narrower: string): boolean {
  if (wider === narrower || wider === ".*" || isNothing(narrower)) return true;
  const allowed = new Set(listedNames(wider));
  return listedNames(narrower)?.every((name) => allowed.has(name)) ?? false;
}

/** The broker takes an empty expression for "nothing". */
const isNothing = (expression: string): boolean => expression === nothing || expression === "";
