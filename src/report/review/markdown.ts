import type { ImpactLevel } from "../../kinds/kind.ts";
import { showValue } from "../fields.ts";
import { count } from "../style.ts";
import type { ReviewDocument, ShownChange } from "./document.ts";
import { code, escaped, fenced } from "./escape.ts";
import { approvalOf, placeOf, sentencesOf, stakeOf, verbOf } from "./finding.ts";
import { mermaid } from "./mermaid.ts";
import { type Block, fit } from "./fit.ts";
import { type Finding, type Section, sectionsOf } from "./sections.ts";
import { countsOf, isRisky, isSevere, listed, verdictOf } from "./verdict.ts";

/** GitHub refuses a comment of more than 65,536 characters. Bytes are never fewer, so they are what is counted. */
const maximumComment = 65_000;

const shownSections = 12;
const shownFields = 20;
const shownSteps = 20;
const shownTaken = 10;

/** Found again by this, however often the text changes. A name can't end the comment: hyphens come one at a time. */
export const markerOf = (environment: string | undefined): string =>
  environment === undefined
    ? "<!-- queueform -->"
    : `<!-- queueform:${encodeURIComponent(environment).replaceAll("--", "-%2D")} -->`;

/** The comment of a pull request, at most `maximum` bytes: the worst is said in full, the rest as far as it fits. */
export function renderMarkdown(
  document: ReviewDocument,
  { maximum = maximumComment, commit }: { maximum?: number; commit?: string } = {},
): string {
  const sections = sectionsOf(document);
  const { impact, title, counts } = verdictOf(sections);
  if (impact === undefined) return "";
  const markers = document.environments.map(({ environment }) => markerOf(environment)).join("");
  const head = `${markers}\n### ${iconOf(impact)} ${escaped(title)}\n\n${escaped(counts)}, against ${code(showValue(document.against, 100))}${commit === undefined ? "" : `, at ${code(commit.slice(0, 7))}`}\n`;
  const all = sections.filter(({ findings }) => findings.length > 0);
  const changed = all.slice(0, shownSections);
  const heads = changed.map((section) => headOf(section, changed.length > 1));
  let left = maximum - Buffer.byteLength(head + heads.join("")) - changed.length * 400;
  const parts = changed.map((section, index) => {
    const body = renderSection(section, Math.max(left, 0));
    left -= Buffer.byteLength(body);
    return `${heads[index]}${body}`;
  });
  const more = all.length - changed.length;
  return `${head}${parts.join("")}${more > 0 ? `\nWhat changes in ${count(more, "more environment")} is not shown, for lack of room.\n` : ""}`;
}

function headOf({ environments, findings, review }: Section, several: boolean): string {
  const heading =
    several && environments.length > 0
      ? `\n#### ${escaped(listed(environments))}: ${escaped(countsOf(findings))}\n`
      : "";
  const notes = review.notes.slice(0, 2).map((note) => `\n> ${escaped(showValue(note, 200))}\n`);
  return `${heading}${notes.join("")}`;
}

function renderSection({ findings, review }: Section, room: number): string {
  const drawing = review.picture && fenced("mermaid", mermaid(review.picture, review.changes));
  const picture =
    drawing !== undefined && Buffer.byteLength(drawing) < room / 4
      ? `\n${drawing}\n\n<sub>Red goes, green is new, yellow changes, orange is deleted and made anew.</sub>\n`
      : "";
  const risky = findings.filter(({ impact }) => isRisky(impact));
  const rest = findings.filter(({ impact }) => !isRisky(impact));
  const first = fit(risky.map(blockOf), room - Buffer.byteLength(picture));
  const text = `${first.text}${missing(risky.slice(first.shown))}${picture}`;
  if (rest.length === 0) return text;
  const second = fit(rest.map(lineOf), room - Buffer.byteLength(text));
  return `${text}\n<details><summary>${iconOf("safe")} What is safe (${rest.length})</summary>\n\n${second.text}${missing(rest.slice(second.shown))}\n</details>\n`;
}

const missing = (findings: readonly Finding[]): string =>
  findings.length === 0
    ? ""
    : `\n${escaped(countsOf(findings))} not shown, for lack of room. <code>queueform diff</code> lists them.\n`;

const icons: Readonly<Record<ImpactLevel, string>> = {
  "message-loss": "🔴",
  outage: "🔴",
  ordering: "🟠",
  durability: "🟠",
  disruption: "🟡",
  safe: "🟢",
  documentation: "⚪",
};
const iconOf = (impact: ImpactLevel): string => icons[impact];

/** Everything about one finding, and the one line that remains of it when there are too many. */
function blockOf(finding: Finding): Block {
  const short = lineOf(finding).full;
  if ("routing" in finding) {
    const { impact, sentence, causes } = finding.routing;
    const because = causes.slice(0, shownTaken).map((cause) => code(showValue(cause, 300)));
    const title = `\n${iconOf(impact)} **${impact}** · **${escaped(showValue(sentence, 1000))}**\n`;
    return { full: because.length === 0 ? title : `${title}because of ${because.join(", ")}\n`, short };
  }
  const { change, takenAlong } = finding;
  const parts = [
    `${titleOf(finding.impact, change)}\n`,
    `${escaped(showValue(sentencesOf(change).join(" "), 2000))}\n`,
    table(change),
    taken(takenAlong),
    ...approvalOf(change).map((sentence) => `**${escaped(showValue(sentence, 1000))}**\n`),
    change.atStake ? `**At stake now:** ${escaped(showValue(stakeOf(change.atStake), 2000))}\n` : "",
    way(change),
  ];
  return { full: `\n${parts.filter((part) => part !== "").join("\n")}`, short };
}

function titleOf(impact: ImpactLevel, change: ShownChange): string {
  const place = placeOf(change);
  const where = place ? ` · ${code(`${showValue(place.file, 300)}:${place.line}`)}` : "";
  const verb = isSevere(impact) ? `**${verbOf(change)}**` : verbOf(change);
  return `${iconOf(impact)} **${impact}** · ${verb} ${code(showValue(change.key, 500))}${where}`;
}

function lineOf(finding: Finding): Block {
  const line =
    "routing" in finding
      ? `${iconOf(finding.impact)} ${finding.impact}: ${escaped(showValue(finding.routing.sentence, 300))}`
      : `${titleOf(finding.impact, finding.change).replaceAll("**", "")}${fieldsInShort(finding.change)}`;
  return { full: `- ${line}\n`, short: `- ${line}\n` };
}

/** At most three fields, in the line itself. */
function fieldsInShort({ fields }: ShownChange): string {
  const shown = fields
    .slice(0, 3)
    .map(({ field, before, after }) =>
      code(`${showValue(field, 100)}: ${showValue(before, 60)} → ${showValue(after, 60)}`),
    );
  const more = fields.length > 3 ? ` and ${fields.length - 3} more` : "";
  return shown.length === 0 ? "" : ` · ${shown.join(", ")}${more}`;
}

function table({ fields }: ShownChange): string {
  if (fields.length === 0) return "";
  const rows = fields
    .slice(0, shownFields)
    .map(
      ({ field, before, after }) =>
        `| ${code(showValue(field, 200))} | ${code(showValue(before, 200))} | ${code(showValue(after, 200))} |\n`,
    );
  const more = fields.length > shownFields ? `\n${count(fields.length - shownFields, "more field")}\n` : "";
  return `| field | before | after |\n| --- | --- | --- |\n${rows.join("")}${more}`;
}

function taken(changes: readonly ShownChange[]): string {
  if (changes.length === 0) return "";
  const shown = changes.slice(0, shownTaken).map(({ key }) => code(showValue(key, 300)));
  const more = changes.length > shownTaken ? ` and ${changes.length - shownTaken} more` : "";
  return `It takes along, though nobody changed ${changes.length === 1 ? "it" : "them"}: ${shown.join(", ")}${more}.\n`;
}

function way({ wayOut = [] }: ShownChange): string {
  if (wayOut.length === 0) return "";
  const steps = wayOut.slice(0, shownSteps).map(({ text, yaml }, index) => {
    const block = yaml === undefined ? "" : `\n${fenced("yaml", showValue(yaml.trimEnd(), 2000))}\n`;
    return `${index + 1}. ${escaped(showValue(text, 1000))}\n${block.replace(/^(?=.)/gm, "   ")}`;
  });
  return `<details><summary>A way that loses nothing, in ${count(wayOut.length, "step")}</summary>\n\n${steps.join("")}\n</details>\n`;
}
