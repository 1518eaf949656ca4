import { rank } from "../../review/changes.ts";
import { masked } from "../../topology/masked.ts";
import { showValue } from "../fields.ts";
import { code, escaped, fenced } from "../review/escape.ts";
import { type Block, fit } from "../review/fit.ts";
import { withoutSecrets } from "../secrets.ts";
import type { ChangedObject, DriftDocument, MissingObject } from "./document.ts";
import { coverageOf, nameOf, stateRows } from "./pretty.ts";
import { verdictOf } from "./verdict.ts";

/** GitHub refuses an issue of more than 65,536 characters. Bytes are never fewer, so they are what is counted. */
const maximumIssue = 65_000;
const shownFields = 20;

/** Found again by this first line. A name can't end it: hyphens come one at a time. */
export const driftMarkerOf = (environment: string): string =>
  `<!-- queueform drift ${encodeURIComponent(environment).replaceAll("--", "-%2D")} -->`;

/** The body of an issue, at most `maximum` bytes: the verdict, then the piles, the worst first. `asOf` is when it was read. */
export function renderMarkdown(
  document: DriftDocument,
  { maximum = maximumIssue, asOf }: { maximum?: number; asOf?: Date } = {},
): string {
  const { environment, clusters, missing, unmanaged, unchecked, ignored, warnings } = document;
  const sections = [
    section("Changed", document.changed.toSorted(worstFirst).map(changedBlock)),
    section("Missing", missing.map(missingRow)),
    section("Could not be checked", [
      ...clusters
        .filter(({ state }) => state !== "read")
        .map((cluster) => row(`**${said(nameOf(cluster))}**`, cluster.reason ?? "")),
      ...unchecked.map(({ key, reason }) => row(keyed(key), reason)),
    ]),
    section(
      "On the broker, in no file",
      unmanaged.map(({ key }) => row(keyed(key))),
    ),
    section(
      "Pulumi's state",
      stateRows(document).map((sentence) => row(said(sentence))),
    ),
    section("Not well, though configured as declared", [
      ...warnings.map(({ broker, cluster, key, sentence }) =>
        row(key === undefined ? `**${said(nameOf({ broker, cluster }))}**` : keyed(key), sentence),
      ),
      ...(document.unusedIgnores ?? []).map(({ entry, origin }) =>
        row(`${keyed(entry)}${at(origin)}`, "ignores nothing any more. Remove the entry."),
      ),
    ]),
    repairSection(document.repair),
    section(
      "Ignored",
      ignored.map(({ key, field, reason }) =>
        row(keyed(`${key}${field === undefined ? "" : ` ${field}`}`), reason),
      ),
    ),
    section(
      "Compared",
      clusters.map((cluster) => row(said(nameOf(cluster)), coverageOf(cluster))),
    ),
  ].filter(({ blocks }) => blocks.length > 0);
  const head = `${driftMarkerOf(environment)}\n## ${escaped(verdictOf(document))}\n${asOf ? footing(asOf) : ""}`;
  return head + fitted(sections, maximum - Buffer.byteLength(head));
}

const footing = (asOf: Date): string =>
  `\nAs of ${minuteOf(asOf)}. Every run writes this text anew, so write into comments; it closes the issue when nothing differs any more. What may differ belongs into <code>queueform.ignore.yaml</code>.\n`;

/** 2030-01-31 03:05 UTC */
export const minuteOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;

interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

const section = (title: string, rows: readonly (Block | string)[]): Section => ({
  title: `${title} (${rows.length})`,
  blocks: rows.map((one) => (typeof one === "string" ? { full: one, short: one } : one)),
});

/** All of it or nothing: half of the commands could be worse than none. */
const repairSection = (repair: readonly string[]): Section => ({
  title: "To put the brokers right",
  blocks: repair.length === 0 ? [] : section("", [`${fenced("sh", repair.join("\n"))}\n`]).blocks,
});

/** Text that somebody else wrote; it was made without secrets, but an issue is read by many and kept for ever. */
const said = (text: string): string => escaped(showValue(masked(text), 1000));
const keyed = (key: string): string => code(showValue(key, 500));
const at = (origin: MissingObject["origin"]): string =>
  origin ? ` · ${code(`${showValue(origin.file, 300)}:${origin.line}`)}` : "";
const row = (name: string, sentence = ""): string =>
  `- ${name}${sentence === "" ? "" : `: ${said(sentence)}`}\n`;

const missingRow = ({ key, origin, outcome }: MissingObject): string =>
  row(`${keyed(key)}${at(origin)}`, outcome.sentence);

/** What loses messages when it is put right, then what matters most while it isn't. */
const worstFirst = (a: ChangedObject, b: ChangedObject): number =>
  Number(b.outcome.losesMessages) - Number(a.outcome.losesMessages) || rank(a.impact) - rank(b.impact);

function changedBlock({ key, origin, fields, impact, sentence, outcome }: ChangedObject): Block {
  const rows = fields.slice(0, shownFields).map(({ field, before, after, through, origin: line }) => {
    const shown = (value: unknown): string => code(showValue(withoutSecrets(field, value), 200));
    const source = through === undefined ? "" : ` through ${said(through)}`;
    return `| ${code(showValue(field, 200))} | ${shown(before)}${source} | ${shown(after)}${at(line)} |\n`;
  });
  const table = rows.length > 0 ? `\n| field | broker | file |\n| --- | --- | --- |\n${rows.join("")}` : "";
  const more =
    fields.length > shownFields ? `\n${fields.length - shownFields} more fields are not shown.\n` : "";
  const stays = outcome.what === "nothing" || outcome.what === "unseen";
  const consequence = stays ? "" : ` ${outcome.losesMessages ? `**${impact}**: ` : ""}${said(sentence)}`;
  const names = fields.slice(0, 3).map(({ field }) => code(showValue(field, 100)));
  const loss = outcome.losesMessages ? ` **${impact}**` : "";
  return {
    full: `#### ${keyed(key)}${at(origin)}\n${table}${more}\n${said(outcome.sentence)}${consequence}\n\n`,
    short: `- ${keyed(key)}${loss}${names.length > 0 ? ` · ${names.join(", ")}` : ""}${fields.length > 3 ? ` and ${fields.length - 3} more` : ""}\n`,
  };
}

/** Small piles are shown whole, whatever the size of the others; the large ones share what is left. */
function fitted(sections: readonly Section[], space: number): string {
  const texts = new Map<Section, string>();
  let left = space;
  const size = ({ blocks }: Section): number =>
    blocks.reduce((sum, { full }) => sum + Buffer.byteLength(full), 0);
  for (const one of sections.toSorted((a, b) => size(a) - size(b))) {
    const { title, blocks } = one;
    const heading = `\n### ${title}\n\n`;
    const share = left / (sections.length - texts.size) - Buffer.byteLength(heading) - 100;
    const { text, shown } = fit(blocks, Math.max(share, 0));
    const rest = blocks.length - shown;
    const whole = `${heading}${text}${rest > 0 ? `\n${rest} more not shown, for lack of room. <code>queueform drift</code> lists them.\n` : ""}`;
    texts.set(one, whole);
    left -= Buffer.byteLength(whole);
  }
  return sections.map((one) => texts.get(one)).join("");
}
