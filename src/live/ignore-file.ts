import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic, Report } from "../topology/diagnostic.ts";
import { readSource, UsageError } from "../topology/files.ts";
import { isObject, type JsonObject } from "../topology/json.ts";
import { markOf, positionOf } from "../topology/mark.ts";
import { checkValue, compileSchema, type Validate } from "../topology/shape.ts";
import { parseYaml } from "../topology/yaml.ts";
import type { Drift } from "./drift.ts";
import { findings, type Ignore } from "./ignore.ts";

/** Stands beside Pulumi.yaml. */
export const ignoreFile = "queueform.ignore.yaml";

const schema: JsonObject = {
  type: "object",
  properties: {
    ignore: {
      type: "array",
      description: "Drift that is known and shall stay.",
      items: {
        type: "object",
        required: ["reason"],
        properties: {
          key: { type: "string", minLength: 1, description: "The key of one object, as drift prints it." },
          keys: { type: "string", minLength: 1, description: "The keys of many, * for any part of a key." },
          environment: { type: "string", minLength: 1, description: "The only environment it counts for." },
          finding: { enum: [...findings], description: "The only finding it counts for." },
          field: {
            type: "string",
            minLength: 1,
            description: "The only field that may differ, as drift prints it; * for any part of it.",
          },
          reason: {
            type: "string",
            minLength: 1,
            pattern: "\\S",
            description: "Why it may stay: whoever reads the file next year has nobody else to ask.",
            examples: ["Belongs to the billing team"],
          },
        },
        additionalProperties: false,
      },
    },
  },
  required: ["ignore"],
  additionalProperties: false,
};
let validate: Validate | undefined;

/** Reads queueform.ignore.yaml of a project, which need not have one. Problems go to `report`; then nothing is ignored. */
export function readIgnores(directory: string, report: Report): Ignore[] {
  const path = join(directory, ignoreFile);
  if (!existsSync(path)) return [];
  const problems: Diagnostic[] = [];
  const collect = (problem: Diagnostic): void => void problems.push(problem);
  const source = readSource(path, collect);
  const file = source && parseYaml(source, collect);
  validate ??= compileSchema(schema);
  if (file) checkValue(validate, file, collect);
  const written = problems.length === 0 && file && Array.isArray(file["ignore"]) ? file["ignore"] : [];
  const entries = written.flatMap((entry: unknown, index): Ignore[] => {
    const mark = markOf(written, index);
    if (!isObject(entry) || !mark) return [];
    const ignore = { ...(entry as Omit<Ignore, "mark">), mark };
    collectContradictions(ignore, collect);
    return [ignore];
  });
  for (const problem of problems) report(problem);
  return problems.length === 0 ? entries : [];
}

function collectContradictions({ key, keys, field, finding, mark }: Ignore, report: Report): void {
  if ((key === undefined) === (keys === undefined))
    report({
      rule: "ignore-without-key",
      severity: "error",
      what: `This entry has ${key === undefined ? 'neither "key" nor "keys"' : 'both "key" and "keys"'}.`,
      why: "It would not be clear what it ignores.",
      fix: 'Write "key" for one object, or "keys" with * in it for many.',
      mark,
    });
  if (field !== undefined && finding !== undefined && finding !== "changed")
    report({
      rule: "ignore-field-of-nothing",
      severity: "error",
      what: `This entry names a field of an object that is ${finding}.`,
      why: "Only an object that is both declared and there has fields to compare, so the entry would never count.",
      fix: 'Remove "field", or write "finding: changed".',
      mark,
    });
}

/**
 * Adds an entry for every difference to the end of the file, and makes it where there is none; what stands there keeps
 * its place and its comments. Returns how many entries were added. Throws UsageError for a list that is not written
 * line by line.
 */
export function writeIgnores(directory: string, drift: Drift, environment: string, reason: string): number {
  const entries = entriesFor(drift, environment, reason);
  if (entries.length === 0) return 0;
  const path = join(directory, ignoreFile);
  const before = existsSync(path) ? readFileSync(path, "utf8") : emptyFile;
  const indent = indentOf(before, path);
  // JSON texts are YAML texts, whatever is in them.
  const added = entries.map((entry) =>
    Object.entries(entry)
      .map(
        ([name, value], index) => `${indent}${index === 0 ? "- " : "  "}${name}: ${JSON.stringify(value)}\n`,
      )
      .join(""),
  );
  writeFileSync(path, `${before.replace(/\n*$/, "\n")}${added.join("")}`);
  return entries.length;
}

const emptyFile = `# Drift that is known and shall stay. Entries that match nothing any more are reported by "queueform drift".
ignore:
`;

function entriesFor(
  { changed, missing, unmanaged }: Drift,
  environment: string,
  reason: string,
): JsonObject[] {
  const entry = (key: string, finding: string, field?: string): JsonObject => ({
    key,
    environment,
    finding,
    ...(field !== undefined && { field }),
    reason,
  });
  return [
    // Field by field, so that what changes later is found.
    ...changed.flatMap(({ key, fields }) =>
      fields.length === 0 ? [entry(key, "changed")] : fields.map(({ field }) => entry(key, "changed", field)),
    ),
    ...missing.map(({ key }) => entry(key, "missing")),
    ...unmanaged.map(({ key }) => entry(key, "unmanaged")),
  ];
}

/** How far the entries of the list are indented. */
function indentOf(text: string, path: string): string {
  if (text === emptyFile) return "  ";
  const source = { path, text };
  const file = parseYaml(source, () => undefined);
  const list = file?.["ignore"];
  const mark = Array.isArray(list) && list.length > 0 ? markOf(list) : undefined;
  if (!mark || text[mark.start] !== "-")
    throw new UsageError(
      `${ignoreFile} can't be added to, because its list is empty or stands on one line. Write each entry on lines of its own, or delete the file.`,
    );
  return " ".repeat(positionOf(source, mark.start).column - 1);
}
