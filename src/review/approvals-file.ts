import { existsSync } from "node:fs";
import { join } from "node:path";
import { environmentNames } from "../environment/read.ts";
import type { Diagnostic, Report } from "../topology/diagnostic.ts";
import { approvalsFile, readSource } from "../topology/files.ts";
import { type Mark, markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { checkValue, compileSchema, type Validate } from "../topology/shape.ts";
import { parseYaml } from "../topology/yaml.ts";
import { approvalsSchema, longestApproval } from "./approvals-schema.ts";

/** What a person has written down to let one deletion or replacement through. */
export interface Approval {
  readonly environment: string;
  /** Key of the object. */
  readonly object: string;
  readonly operation: "replace" | "delete";
  readonly reason: string;
  /** The last day (UTC) on which it counts, as 2030-01-31. */
  readonly expires: string;
  readonly fingerprint: string;
  readonly evenIfNotEmpty: boolean;
  readonly mark: Mark;
}

export interface Approvals {
  /** All that are written well, expired ones too; [] as long as there is an error. */
  readonly entries: readonly Approval[];
  readonly diagnostics: readonly Diagnostic[];
}

const noMapping = {
  why: "The entries can't be told from anything else that might stand here one day.",
  fix: 'Start the file with "approvals:", and put the entries below it.',
};

const day = 24 * 60 * 60 * 1000;
let validate: Validate | undefined;

/** Reads topology/approvals.yaml of a project; a project without one has approved nothing. */
export function readApprovals(directory: string, now: Date): Approvals {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) =>
    void diagnostics.push(diagnostic.rule === "not-a-mapping" ? { ...diagnostic, ...noMapping } : diagnostic);
  const path = join(directory, "topology", approvalsFile);
  const source = existsSync(path) ? readSource(path, report) : undefined;
  // Without entries the file may be left with nothing but its comments.
  const isBlank = source?.text.split("\n").every((line) => /^\s*(#|$)/.test(line)) ?? true;
  const value = source && !isBlank ? parseYaml(source, report) : undefined;
  if (value) {
    validate ??= compileSchema(approvalsSchema);
    checkValue(validate, value, report);
  }
  if (!value || diagnostics.length > 0) return { entries: [], diagnostics };
  const written = (value["approvals"] ?? []) as Omit<Approval, "mark">[];
  const entries = written.map((entry, index): Approval => ({
    ...entry,
    evenIfNotEmpty: entry.evenIfNotEmpty === true,
    mark: markOf(value, "approvals", index) ?? markOf(value)!,
  }));
  const known = environmentNames(directory);
  for (const [index, entry] of entries.entries()) {
    const at = (word: string): Mark => markOf(value, "approvals", index, word) ?? entry.mark;
    checkEnvironment(entry, known, at("environment"), report);
    checkDate(entry, now, at("expires"), report);
  }
  return { entries: diagnostics.length > 0 ? [] : entries, diagnostics };
}

/** Whether its last day is over. */
export function isExpired({ expires }: Approval, now: Date): boolean {
  return now.getTime() >= Date.parse(expires) + day;
}

/** The last day of an approval that is written now and counts for some days. */
export function dayAhead(days: number, now: Date): string {
  return new Date(now.getTime() + days * day).toISOString().slice(0, 10);
}

function checkEnvironment(
  { environment }: Approval,
  known: readonly string[],
  mark: Mark,
  report: Report,
): void {
  if (known.includes(environment)) return;
  report({
    rule: "approval-unknown-environment",
    severity: "error",
    what: `There is no environment "${environment}".`,
    why: "The approval approves nothing, and the change that it was meant for is stopped.",
    fix: `${suggestion(environment, known)}Known: ${known.join(", ")}.`,
    mark,
  });
}

function checkDate({ expires }: Approval, now: Date, mark: Mark, report: Report): void {
  const time = Date.parse(expires);
  // JavaScript takes 30 February for 1 March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== expires) {
    report({
      rule: "wrong-format",
      severity: "error",
      what: `"${expires}" is not a day of the calendar.`,
      why: "Nobody could tell until when the change may be rolled out.",
      fix: `Write year, month and day, for example ${dayAhead(7, now)}.`,
      mark,
    });
  } else if (time > now.getTime() + longestApproval * day) {
    report({
      rule: "approval-too-long",
      severity: "error",
      what: `The approval lasts until ${expires}, more than ${longestApproval} days from now.`,
      why: "By then nobody remembers it, and it could let through a change that nobody looked at.",
      fix: `Write a day until ${dayAhead(longestApproval, now)}.`,
      mark,
    });
  }
}
