import { someOf } from "../../live/hidden.ts";
import { harmless } from "../review/escape.ts";
import type { ClusterReport, DriftDocument } from "./document.ts";

/** What to say first, in one line: drift of prod: 2 changed, 1 missing. */
export function verdictOf(document: DriftDocument): string {
  const { environment } = document;
  const found = foundIn(document);
  if (found.length > 0) return `Drift in ${environment}: ${found.join(", ")}`;
  return couldNotCheck(document).length > 0
    ? `${environment} could not be checked`
    : `No drift in ${environment}`;
}

/** How much there is of each pile, without empty ones; [] for no drift. */
export function foundIn({ changed, missing, unmanaged, state }: DriftDocument): string[] {
  const inState = state ? state.gone.length + state.unknown.length + state.undeclared.length : 0;
  return [
    [changed.length, "changed"] as const,
    [missing.length, "missing"] as const,
    [unmanaged.length, "unmanaged"] as const,
    [inState, "otherwise in Pulumi's state"] as const,
  ].flatMap(([number, word]) => (number > 0 ? [`${number} ${word}`] : []));
}

/**
 * Why the result says less than it should: clusters that did not answer, objects that the login may not see, or nothing
 * compared at all. What nobody can read (passwords) and what is out of reach on purpose is no failure.
 */
export function couldNotCheck(document: DriftDocument): string[] {
  const { clusters, environment } = document;
  const reasons = [
    ...clusters.filter(isIncomplete).map(({ reason }) => reason ?? ""),
    ...hiddenObjects(document).map(({ objects, reason }) => `${objects}: ${reason}`),
  ];
  const compared = clusters.reduce((sum, cluster) => sum + cluster.compared, 0);
  if (reasons.length > 0 || compared > 0) return reasons.map(harmless);
  return [
    clusters.length === 0
      ? `The files declare nothing in ${environment}, so nothing was compared. Name the topology files, or look at the overlay.`
      : `Nothing of ${environment} was compared: none of its clusters can be asked from here. Run it where at least one can be.`,
  ];
}

/** Whether a cluster could not be read, or not all of it. */
export const isIncomplete = ({ state }: ClusterReport): boolean => state === "failed" || state === "partly";

/** What the login may not see, objects with one reason together; without what their cluster says already. */
export function hiddenObjects({
  clusters,
  unchecked,
}: DriftDocument): { readonly objects: string; readonly reason: string }[] {
  const hidden = unchecked.filter(
    ({ cause, reason }) =>
      cause === "not-allowed" && !clusters.some((cluster) => cluster.reason?.includes(reason)),
  );
  return [...Map.groupBy(hidden, ({ reason }) => reason)].map(([reason, group]) => ({
    objects: someOf(group.map(({ key }) => key)),
    reason,
  }));
}
