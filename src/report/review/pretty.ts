import type { ImpactLevel } from "../../kinds/kind.ts";
import { renderField } from "../fields.ts";
import type { Paint } from "../style.ts";
import type { ReviewDocument, ShownChange } from "./document.ts";
import { approvalOf, placeOf, sentencesOf, stakeOf, verbOf } from "./finding.ts";
import { type Finding, sectionsOf } from "./sections.ts";
import { countsOf, isRisky, isSevere, verdictOf } from "./verdict.ts";

const width = 80;
/** The verdict in one line, then what is risky from the worst on, then the rest. Nothing when nothing changes. */
export function renderReview(document: ReviewDocument, paint: Paint): string {
  const sections = sectionsOf(document);
  const { impact, title, counts } = verdictOf(sections);
  if (impact === undefined) return "";
  const blocks = [
    `${paint(["bold", colourOf(impact)], `${markOf(impact)} ${title}`)}\n${paint("dim", wrapped(counts, "  "))}\n`,
  ];
  const changed = sections.filter(({ findings }) => findings.length > 0);
  const several = changed.length > 1;
  for (const { environments, findings } of changed) {
    if (environments.length > 0 && several)
      blocks.push(
        `${paint(["bold", "underline"], environments.join(", "))}  ${paint("dim", countsOf(findings))}\n`,
      );
    blocks.push(...findings.map((finding) => renderFinding(finding, paint)));
  }
  return `${blocks.join("\n")}\n`;
}

const colourOf = (impact: ImpactLevel): "red" | "yellow" | "green" =>
  isSevere(impact) ? "red" : isRisky(impact) ? "yellow" : "green";

const markOf = (impact: ImpactLevel): string => (isSevere(impact) ? "✗" : isRisky(impact) ? "!" : "✓");

function renderFinding(finding: Finding, paint: Paint): string {
  const { impact } = finding;
  const mark = paint(colourOf(impact), `${markOf(impact)} ${impact}`);
  if (!("routing" in finding)) return renderChange(mark, finding.change, finding.takenAlong, paint);
  const { sentence, causes } = finding.routing;
  const lines = [`${mark}  ${paint("bold", sentence)}`];
  for (const cause of causes) lines.push(wrapped(`because of ${cause}`, "    "));
  return `${lines.join("\n")}\n`;
}

function renderChange(
  mark: string,
  change: ShownChange,
  takenAlong: readonly ShownChange[],
  paint: Paint,
): string {
  const { fields, atStake, wayOut = [] } = change;
  const lines = [`${mark}  ${verbOf(change)} ${paint("bold", change.key)}`];
  const place = placeOf(change);
  if (place) lines.push(paint("dim", `    ${place.file}:${place.line}`));
  for (const field of fields) lines.push(wrapped(renderField(field), "    ", "      "));
  for (const sentence of sentencesOf(change)) lines.push(wrapped(sentence, "    "));
  for (const one of takenAlong) lines.push(wrapped(`takes along ${one.key}`, "    ", "      "));
  for (const sentence of approvalOf(change)) lines.push(wrapped(sentence, "    "));
  if (atStake) lines.push(wrapped(`At stake now: ${stakeOf(atStake)}`, "    "));
  if (wayOut.length > 0) lines.push(`    ${paint("bold", "A way that loses nothing:")}`);
  for (const [index, { text, yaml }] of wayOut.entries()) {
    lines.push(wrapped(`${index + 1}. ${text}`, "      ", "         "));
    if (yaml !== undefined) lines.push(paint("dim", yaml.trimEnd().replace(/^(?=.)/gm, "         ")));
  }
  return `${lines.join("\n")}\n`;
}

/** Broken between words at the width of a terminal, so that what belongs together stays indented. */
function wrapped(text: string, indent: string, hanging = indent): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    if (line.length + word.length > width && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = hanging;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}
