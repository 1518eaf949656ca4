import { impactLevels, type ImpactLevel } from "../../kinds/kind.ts";
import { rank } from "../../review/changes.ts";
import type { EnvironmentReview, ReviewDocument, ShownChange } from "./document.ts";

/** One thing a reviewer has to judge: a change with what it takes along, or a way that messages no longer go. */
export type Finding =
  | {
      readonly impact: ImpactLevel;
      readonly change: ShownChange;
      readonly takenAlong: readonly ShownChange[];
    }
  | { readonly impact: ImpactLevel; readonly routing: EnvironmentReview["routing"][number] };

/** Environments in which the same happens. */
export interface Section {
  /** Empty when the files were compared without any stack file. */
  readonly environments: readonly string[];
  readonly review: EnvironmentReview;
  /** Worst first; of the same impact, routing first. */
  readonly findings: readonly Finding[];
  readonly worst: ImpactLevel | undefined;
}

/** Worst first; environments in which nothing changes come last. */
export function sectionsOf({ environments }: ReviewDocument): Section[] {
  const same = Map.groupBy(environments, whatHappens);
  return [...same.values()]
    .map((group): Section => {
      const review = group.length > 1 ? forAny(group[0]!) : group[0]!;
      const findings = findingsOf(review);
      return {
        environments: group.flatMap(({ environment }) => environment ?? []),
        review,
        findings,
        worst: findings[0]?.impact,
      };
    })
    .toSorted((a, b) => rankOf(a.worst) - rankOf(b.worst));
}

/** Equal where a reviewer reads the same; ways out name their environment, and an approval is for one only. */
function whatHappens({ environment: _, changes, ...review }: EnvironmentReview): string {
  const shown = changes.map(({ wayOut, needsApproval, ...change }) => ({
    ...change,
    steps: wayOut?.length,
    needs: needsApproval?.operation,
  }));
  return JSON.stringify({ ...review, shown });
}

/** Ways out of one environment, written for all that are alike. */
function forAny({ environment = "", changes, ...review }: EnvironmentReview): EnvironmentReview {
  return {
    ...review,
    changes: changes.map((change) =>
      change.wayOut
        ? {
            ...change,
            wayOut: change.wayOut.map((step) => ({
              ...step,
              text: step.text.replace(/--env ([\w.-]*[\w-])/g, (option, name) =>
                name === environment ? "--env ENV" : option,
              ),
            })),
          }
        : change,
    ),
  };
}

const rankOf = (impact: ImpactLevel | undefined): number =>
  impact === undefined ? impactLevels.length : rank(impact);

function findingsOf({ changes, routing }: EnvironmentReview): Finding[] {
  const byKey = new Map(changes.map((change) => [change.key, change]));
  const groups = Map.groupBy(changes, (change) => causeOf(change, byKey));
  const findings: Finding[] = [
    ...routing.map((one) => ({ impact: one.impact, routing: one })),
    ...[...groups].map(([change, group]): Finding => ({
      impact: worstOf(group.map(({ impact }) => impact)),
      change,
      takenAlong: group.filter((one) => one !== change),
    })),
  ];
  return findings.toSorted((a, b) => rank(a.impact) - rank(b.impact));
}

/** The change that takes this one along, however many steps away; itself where there is none, or where they form a ring. */
function causeOf(change: ShownChange, byKey: ReadonlyMap<string, ShownChange>): ShownChange {
  let cause = change;
  for (let steps = 0; steps < 10; steps++) {
    const next = cause.takenAlongBy === undefined ? undefined : byKey.get(cause.takenAlongBy);
    if (!next) return cause;
    cause = next;
  }
  return change;
}

const worstOf = (impacts: readonly ImpactLevel[]): ImpactLevel =>
  impacts.reduce((a, b) => (rank(b) < rank(a) ? b : a));
