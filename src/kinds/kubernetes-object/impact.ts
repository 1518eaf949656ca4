import { type Consequence, type FieldConsequence, type Impact, impactLevels } from "../kind.ts";
import { changeRows, everyKind } from "./consequences.ts";
import { differingLeaves, type Leaf } from "./leaves.ts";
import type { Manifest } from "./manifest.ts";
import { presence } from "./presence.ts";

/** Looks up in consequences.ts and presence.ts what a change does. */
export const objectImpact: Impact<Manifest> = {
  added: (manifest) =>
    presence[manifest.kind]?.(manifest).added ?? { impact: "safe", sentence: `${called(manifest)} is made.` },
  removed: (manifest) =>
    presence[manifest.kind]?.(manifest).removed ?? {
      impact: "outage",
      sentence: `${called(manifest)} is deleted, and what relies on it fails.`,
    },
  changed: (field, before, after) => {
    const found = differingLeaves(before, after)
      .filter(({ path }) => isWithin(path, field))
      .map((leaf) => consequenceOf(after.kind, leaf));
    const worst =
      found.toSorted((a, b) => impactLevels.indexOf(a.impact) - impactLevels.indexOf(b.impact))[0] ??
      otherwise(field);
    return { ...worst, effect: found.some(({ effect }) => effect === "replaces") ? "replaces" : "in-place" };
  },
};

function consequenceOf(kind: string, { path, before, after }: Leaf): FieldConsequence {
  const row = [...(changeRows[kind] ?? []), ...everyKind].find(({ field }) => isWithin(path, field));
  if (!row) return otherwise(path);
  const does: Consequence = typeof row.does === "function" ? row.does(before, after) : row.does;
  return { effect: row.effect ?? "in-place", ...does };
}

const otherwise = (field: string): FieldConsequence => ({
  effect: "in-place",
  impact: "disruption",
  sentence: `${field} changes on the living object.`,
});

const called = (manifest: Manifest): string => `${manifest.kind} "${manifest.metadata.name}"`;

const isWithin = (path: string, field: string): boolean =>
  path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
