import { showValue } from "../fields.ts";
import { code, escaped, fenced } from "../review/escape.ts";
import type { ChangedObject, DriftDocument } from "./document.ts";
import { coverageOf, nameOf, stateRows } from "./pretty.ts";
import { verdictOf } from "./verdict.ts";

/** GitHub takes 65,536 characters in an issue; some are left for whoever puts a line before it. */
const room = 60_000;
const shownFields = 20;

/** The body of an issue: verdict first, then the piles. The first line is hidden and tells issues of environments apart. */
export function renderMarkdown(document: DriftDocument, maximum = room): string {
  const { environment, clusters, missing, unmanaged, unchecked, ignored, warnings, repair } = document;
  const unasked = clusters.filter(({ state }) => state !== "read");
  const sections = [
    section("Changed", document.changed.map(changedBlock)),
    section(
      "Missing",
      missing.map(({ key, origin, outcome }) => {
        const place = origin ? ` · ${code(`${origin.file}:${origin.line}`)}` : "";
        return `- ${code(key)}${place}: ${escaped(outcome.sentence)}\n`;
      }),
    ),
    section(
      "On the broker, in no file",
      unmanaged.map(({ key }) => `- ${code(key)}\n`),
    ),
    section("Could not be checked", [
      ...unasked.map((cluster) => `- **${escaped(nameOf(cluster))}**: ${escaped(cluster.reason ?? "")}\n`),
      ...unchecked.map(({ key, reason }) => `- ${code(key)}: ${escaped(reason)}\n`),
    ]),
    section(
      "Pulumi's state",
      stateRows(document).map((row) => `- ${escaped(row)}\n`),
    ),
    section(
      "Not well, though configured as declared",
      warnings.map(
        ({ broker, cluster, key, sentence }) =>
          `- ${key === undefined ? `**${escaped(nameOf({ broker, cluster }))}**` : code(key)}: ${escaped(sentence)}\n`,
      ),
    ),
    repair.length > 0
      ? { title: "To put the brokers right", rows: [`${fenced("sh", repair.join("\n"))}\n`] }
      : undefined,
    section(
      "Ignored",
      ignored.map(
        ({ key, field, reason }) =>
          `- ${code(field === undefined ? key : `${key} ${field}`)}: ${escaped(reason)}\n`,
      ),
    ),
  ].filter((one) => one !== undefined);
  const head = `<!-- queueform drift ${environment.replaceAll("--", "- -")} -->
## ${escaped(verdictOf(document))}

| cluster | compared |
| --- | --- |
${clusters.map((cluster) => `| ${escaped(nameOf(cluster))} | ${coverageOf(cluster)} |\n`).join("")}`;
  return head + fitted(sections, Math.min(room, maximum) - head.length);
}

interface Section {
  readonly title: string;
  readonly rows: readonly string[];
}

const section = (title: string, rows: readonly string[]): Section | undefined =>
  rows.length === 0 ? undefined : { title: `${title} (${rows.length})`, rows };

function changedBlock({ key, origin, fields, impact, sentence, outcome }: ChangedObject): string {
  const place = origin ? ` · ${code(`${origin.file}:${origin.line}`)}` : "";
  const rows = fields.slice(0, shownFields).map(({ field, before, after, through }) => {
    const source = through === undefined ? "" : ` through ${escaped(through)}`;
    return `| ${code(field)} | ${code(showValue(before, 200))}${source} | ${code(showValue(after, 200))} |\n`;
  });
  const more =
    fields.length > shownFields ? `\n${fields.length - shownFields} more fields are not shown.\n` : "";
  const table = rows.length > 0 ? `\n| field | broker | file |\n| --- | --- | --- |\n${rows.join("")}` : "";
  const loss = outcome.losesMessages ? `**${impact}**: ` : "";
  return `#### ${code(key)}${place}\n${table}${more}\n${escaped(outcome.sentence)} ${loss}${escaped(sentence)}\n\n`;
}

/** Each section gets an equal part of the room that those before it have left. */
function fitted(sections: readonly Section[], space: number): string {
  let left = space;
  return sections
    .map(({ title, rows }, index) => {
      const share = left / (sections.length - index);
      let text = `\n### ${title}\n\n`;
      let shown = 0;
      for (const row of rows) {
        if (text.length + row.length > share - 100) break;
        text += row;
        shown++;
      }
      if (shown < rows.length) text += `\n${rows.length - shown} more are not shown, for lack of room.\n`;
      left -= text.length;
      return text;
    })
    .join("");
}
