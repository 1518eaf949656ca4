import { createHash } from "node:crypto";
import { impactLevels } from "../../kinds/kind.ts";
import type { Origin } from "../../plan/plan.ts";
import { said, sarifLog } from "../sarif.ts";
import type { ReviewDocument, ShownChange } from "./document.ts";
import { approvalOf, placeOf, sentencesOf, verbOf } from "./finding.ts";
import { type Finding, type Section, sectionsOf } from "./sections.ts";
import { isRisky, isSevere, titleOf } from "./verdict.ts";

/** GitHub reads no more of one run. */
const maximumResults = 5000;

/** SARIF 2.1.0 for code scanning: one rule per impact, one result per risk, the worst first. What is safe is no alert. */
export function sarif(document: ReviewDocument): Record<string, unknown> {
  const results = sectionsOf(document)
    .flatMap((section) => section.findings.map((finding) => ({ section, finding })))
    .filter(({ finding }) => isRisky(finding.impact))
    .toSorted((a, b) => impactLevels.indexOf(a.finding.impact) - impactLevels.indexOf(b.finding.impact))
    .slice(0, maximumResults)
    .map(({ section, finding }) => result(section, finding));
  return sarifLog(rules, results);
}

const rules = impactLevels.filter(isRisky).map((impact) => ({
  id: impact,
  shortDescription: { text: titleOf(impact) },
  defaultConfiguration: { level: isSevere(impact) ? "error" : "warning" },
}));

/** What was approved is still to be seen, but no reason to stop. */
export function levelOf(finding: Finding): "error" | "warning" {
  const approved = "change" in finding && finding.change.approval !== undefined;
  return isSevere(finding.impact) && !approved ? "error" : "warning";
}

function result({ environments, review }: Section, finding: Finding): Record<string, unknown> {
  const { impact } = finding;
  const place = causingPlace(finding, review.changes);
  const text = `${messageOf(finding)}${environments.length > 0 ? ` (${environments.join(", ")})` : ""}`;
  return {
    ruleId: impact,
    ruleIndex: rules.findIndex(({ id }) => id === impact),
    level: levelOf(finding),
    ...said(text, place),
    partialFingerprints: { "queueform/v1": fingerprint(environments, finding) },
  };
}

/** What happens, in one text: the object and the reasons, or the message and its way. */
export function messageOf(finding: Finding): string {
  if ("routing" in finding) return finding.routing.sentence;
  const taken =
    finding.takenAlong.length > 0
      ? ` It takes along ${finding.takenAlong.map(({ key }) => key).join(", ")}.`
      : "";
  return `${verbOf(finding.change)} ${finding.change.key}: ${[...sentencesOf(finding.change), ...approvalOf(finding.change)].join(" ")}${taken}`;
}

/**
 * The line as it is now. What was removed has no line any more: then the first of the file it stood in, because its old
 * number would point at something else.
 */
export function causingPlace(finding: Finding, changes: readonly ShownChange[]): Origin | undefined {
  const causes =
    "routing" in finding
      ? finding.routing.causes.flatMap((key) => changes.find((change) => change.key === key) ?? [])
      : [finding.change];
  const change = causes.find(({ after }) => after) ?? causes[0];
  if (!change || change.after) return change?.after;
  const place = placeOf(change);
  return place && { ...place, line: 1, column: 1 };
}

/** The same risk keeps its alert when lines move. */
function fingerprint(environments: readonly string[], finding: Finding): string {
  const what =
    "routing" in finding
      ? [finding.routing.cluster, finding.routing.vhost, finding.routing.sentence]
      : [finding.change.key, finding.change.operation, ...finding.change.fields.map(({ field }) => field)];
  return createHash("sha256")
    .update(JSON.stringify([environments, finding.impact, what]))
    .digest("hex");
}
