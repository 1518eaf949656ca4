import type { PlanObject } from "../plan/plan.ts";
import { type Change, changeOf } from "../review/changes.ts";
import { globMatches } from "../topology/glob.ts";
import type { Mark } from "../topology/mark.ts";
import type { Drift } from "./drift.ts";

export const findings = ["changed", "missing", "unmanaged"] as const;
export type Finding = (typeof findings)[number];

/** One entry of queueform.ignore.yaml: drift that somebody knows of and lets be. */
export interface Ignore {
  /** The key of one object, taken literally; or of many, * for any part of a key. */
  readonly key?: string;
  readonly keys?: string;
  /** All environments when absent. */
  readonly environment?: string;
  /** Any finding when absent. */
  readonly finding?: Finding;
  /** Dotted path, * for any part of it. All fields when absent; with it only changes of these are meant. */
  readonly field?: string;
  readonly reason: string;
  readonly mark: Mark;
}

/** Drift that was left out of the result, and why. */
export interface Ignored {
  readonly key: string;
  readonly finding: Finding;
  readonly field?: string;
  readonly ignore: Ignore;
}

export interface WithoutIgnored {
  readonly drift: Drift;
  readonly ignored: readonly Ignored[];
  /** Entries for this environment that matched nothing. */
  readonly unused: readonly Ignore[];
}

/** Takes out what the entries name. What could not be checked stays: nobody knows what it is. */
export function withoutIgnored(
  drift: Drift,
  entries: readonly Ignore[],
  environment: string,
): WithoutIgnored {
  const here = entries.filter((entry) => (entry.environment ?? environment) === environment);
  const ignored: Ignored[] = [];
  const used = new Set<Ignore>();
  const isIgnored = (key: string, finding: Finding, field?: string): boolean => {
    const found = here.filter((entry) => matches(entry, key, finding, field));
    // Every entry that fits is used, also one that another made superfluous here.
    for (const ignore of found) used.add(ignore);
    if (found[0]) ignored.push({ key, finding, ...(field !== undefined && { field }), ignore: found[0] });
    return found.length > 0;
  };
  const rest = (objects: readonly PlanObject[], finding: Finding): PlanObject[] =>
    objects.filter(({ key }) => !isIgnored(key, finding));
  const left: Drift = {
    ...drift,
    changed: drift.changed.flatMap((change) => unignoredPart(change, isIgnored) ?? []),
    missing: rest(drift.missing, "missing"),
    unmanaged: rest(drift.unmanaged, "unmanaged"),
  };
  return { drift: left, ignored, unused: here.filter((entry) => !used.has(entry)) };
}

function unignoredPart(
  change: Change,
  isIgnored: (key: string, finding: Finding, field?: string) => boolean,
): Change | undefined {
  const { key, before, after, fields } = change;
  if (!before || !after) return isIgnored(key, "changed") ? undefined : change;
  const kept = fields.filter(({ field }) => !isIgnored(key, "changed", field));
  return kept.length === fields.length ? change : changeOf(before, after, kept);
}

function matches(entry: Ignore, key: string, finding: Finding, field: string | undefined): boolean {
  const isNamed = entry.key === key || (entry.keys !== undefined && globMatches(entry.keys, key));
  const isField = entry.field === undefined || (field !== undefined && globMatches(entry.field, field));
  return isNamed && isField && (entry.finding ?? finding) === finding;
}
