import type { Adopted } from "../adopt/adopt.ts";
import type { Found } from "../adopt/found.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import type { Diagnostic, Severity } from "../topology/diagnostic.ts";
import { renderField } from "./fields.ts";
import { shownChange } from "./review/document.ts";
import { severityColours } from "./diagnostics.ts";
import { count, type Paint } from "./style.ts";

/** An import that has been written. */
export interface ImportReport {
  readonly found: Found;
  readonly adopted: Adopted;
  /** Paths that were written. */
  readonly written: readonly string[];
  /** What the rules find in the written files. */
  readonly findings: readonly Diagnostic[];
  /** What to do now, a step each. */
  readonly next: readonly string[];
}

/** How many of one rule's findings there are. */
interface RuleCount {
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
  readonly why: string;
}

const severities: readonly Severity[] = ["error", "warning"];

/** Errors and warnings by rule, the worst and the most frequent first. */
function byRule(findings: readonly Diagnostic[]): RuleCount[] {
  return [...Map.groupBy(findings, ({ rule }) => rule)]
    .map(([rule, group]) => ({ rule, severity: group[0]!.severity, count: group.length, why: group[0]!.why }))
    .filter(({ severity }) => severities.includes(severity))
    .toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.count - a.count);
}

export function renderImport({ found, adopted, findings, next }: ImportReport, paint: Paint): string {
  const nouns = Map.groupBy(found.objects, ({ kind }) => kinds[kind]!.noun);
  const counts = [...nouns].map(([noun, { length }]) => count(length, noun)).join(", ");
  const pile = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [paint("bold", title), ...rows.map((row) => `  ${row}`), ""];
  return [
    `Found: ${counts || "nothing"}.`,
    "",
    ...pile(
      "Not taken over",
      adopted.notes.map(({ text, place }) => `${text} ${paint("dim", place)}`),
    ),
    ...pile(
      "Would change: the files don't say exactly what is there",
      adopted.changes.flatMap(({ key, operation, fields }) => [
        `${key} (${operation})`,
        ...fields.map((field) => `  ${renderField(field)}`),
      ]),
    ),
    ...pile(
      "What the rules find in it",
      byRule(findings).map(
        ({ rule, severity, count: number, why }) =>
          `${paint(severityColours[severity], `${number} ${severity}`)}  ${rule}: ${why}`,
      ),
    ),
    ...pile(
      "Next",
      next.map((step, index) => `${index + 1}. ${step}`),
    ),
  ].join("\n");
}

/** For `--output json`. */
export function importJson({
  found,
  adopted,
  written,
  findings,
  next,
}: ImportReport): Record<string, unknown> {
  return {
    files: written,
    found: found.objects.length,
    notes: adopted.notes,
    changes: adopted.changes.map(shownChange),
    findings: byRule(findings),
    next,
  };
}
