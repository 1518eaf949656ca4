import { impactLevels, type ImpactLevel } from "../../kinds/kind.ts";
import { rank } from "../../review/changes.ts";
import { count } from "../style.ts";
import type { EnvironmentReview, ReviewDocument, ShownChange } from "./document.ts";

const titles: Readonly<Record<ImpactLevel, string>> = {
  "message-loss": "Loses messages",
  outage: "Refuses publishers or consumers",
  ordering: "Reorders or repeats messages",
  durability: "Keeps messages less safely",
  disruption: "Interrupts clients for a moment",
  safe: "Safe",
  documentation: "Changes nothing on the brokers",
};

/** What each impact means to somebody who sees the word for the first time. */
export const titleOf = (impact: ImpactLevel): string => titles[impact];

export const isRisky = (impact: ImpactLevel): boolean => impact !== "safe" && impact !== "documentation";

export const isSevere = (impact: ImpactLevel): boolean => rank(impact) <= rank("outage");

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

export interface Verdict {
  /** undefined when nothing changes anywhere. */
  readonly impact: ImpactLevel | undefined;
  /** For example: Loses messages in prod. */
  readonly title: string;
  /** For example: 7 changes: 2 message-loss, 5 safe. */
  readonly counts: string;
}

/** What to say first. */
export function verdictOf(sections: readonly Section[]): Verdict {
  const impact = sections[0]?.worst;
  if (impact === undefined) return { impact, title: "Nothing changes", counts: "" };
  const where = sections.filter(({ worst }) => worst === impact).flatMap(({ environments }) => environments);
  const title = `${titles[impact]}${where.length > 0 ? ` in ${listed(where)}` : ""}`;
  return { impact, title, counts: countsOf(sections.flatMap(({ findings }) => findings)) };
}

/** How many changes have which impact, worst first. */
export function countsOf(findings: readonly Finding[]): string {
  const parts = impactLevels.flatMap((level) => {
    const number = findings.filter(({ impact }) => impact === level).length;
    return number === 0 ? [] : [`${number} ${level}`];
  });
  const approved = findings.filter((finding) => "change" in finding && finding.change.approval).length;
  return `${count(findings.length, "change")}: ${parts.join(", ")}${approved > 0 ? ` (${approved} approved)` : ""}`;
}

/** "a, b and c"; of more than eight the first ones. */
export function listed(names: readonly string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 7), `${names.length - 7} more`] : names;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** One line for each group of environments, to say on the side. */
export function summarizeReview(document: ReviewDocument): string {
  return sectionsOf(document)
    .map(({ environments, findings }) => {
      const where = environments.length > 0 ? `${environments.join(", ")}: ` : "";
      return `${where}${findings.length === 0 ? "no changes" : countsOf(findings)} against ${document.against}\n`;
    })
    .join("");
}
