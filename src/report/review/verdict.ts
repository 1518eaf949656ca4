import { impactLevels, type ImpactLevel } from "../../kinds/kind.ts";
import { rank } from "../../review/changes.ts";
import { count } from "../style.ts";
import type { ReviewDocument } from "./document.ts";
import { type Finding, type Section, sectionsOf } from "./sections.ts";

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
