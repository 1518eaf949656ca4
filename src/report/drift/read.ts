import { readUntrusted } from "../untrusted.ts";
import type { DriftDocument } from "./document.ts";
import { repairOf } from "./repair.ts";
import { driftSchema } from "./schema.ts";

/**
 * Drift that somebody else wrote down. Commands in it are not believed, because people copy them: they are made anew from
 * what differs. Throws UsageError when it isn't drift.
 */
export function readDrift(text: string): DriftDocument {
  const document = readUntrusted<DriftDocument>(
    text,
    driftSchema(),
    "drift as `queueform drift --output json`",
  );
  const { environment: name, engine, changed, missing, state } = document;
  return { ...document, repair: repairOf({ name, engine }, [...changed, ...missing], state?.unknown) };
}
