import type { Diagnostic, Severity } from "../topology/diagnostic.ts";
import { type Mark, positionOf } from "../topology/mark.ts";
import { masked } from "../topology/masked.ts";
import { count, type Paint } from "./style.ts";

/** How each severity is shown. */
export const severityColours = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Sorted as a person reads: file by file, from top to bottom; the same problem found twice is said once. */
export function inReadingOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return [...diagnostics]
    .toSorted((a, b) =>
      a.mark.source.path < b.mark.source.path
        ? -1
        : a.mark.source.path > b.mark.source.path
          ? 1
          : a.mark.start - b.mark.start,
    )
    .filter(({ rule, mark, what }) => {
      const id = JSON.stringify([rule, mark.source.path, mark.start, what]);
      return !seen.has(id) && seen.add(id);
    });
}

/** `file:line:column  error  rule`, the lines around it, then what is wrong, why it matters and what to do. */
export function renderDiagnostic({ rule, severity, what, why, fix, mark }: Diagnostic, paint: Paint): string {
  const { line, column } = positionOf(mark.source, mark.start);
  const head = `${paint("bold", `${mark.source.path}:${line}:${column}`)}  ${paint(severityColours[severity], severity)}  ${paint("dim", rule)}`;
  return [head, ...codeFrame(mark, paint), `  ${what}`, `  ${why} ${paint("bold", fix)}`, ""].join("\n");
}

/** Up to two lines before the marked one, and a row of carets under it. */
function codeFrame(mark: Mark, paint: Paint): string[] {
  const { text } = mark.source;
  if (text === "") return [];
  const { line, column } = positionOf(mark.source, mark.start);
  const first = Math.max(1, line - 2);
  let from = Math.min(mark.start, text.length) - column + 1;
  for (let number = line; number > first; number--)
    from = from < 2 ? 0 : text.lastIndexOf("\n", from - 2) + 1;
  const end = text.indexOf("\n", mark.start);
  const lines = text.slice(from, end === -1 ? undefined : end).split("\n");
  const width = String(line).length;
  const frame = lines.map(
    (shown, index) => `  ${paint("dim", `${String(first + index).padStart(width)} |`)} ${visible(shown)}`,
  );
  const last = lines.at(-1) ?? "";
  const length = Math.max(1, Math.min(mark.end - mark.start, last.length - column + 1, 60));
  frame.push(
    `  ${paint("dim", `${" ".repeat(width)} |`)} ${" ".repeat(Math.min(column, 161) - 1)}${paint("red", "^".repeat(length))}`,
  );
  return frame;
}

/** Long lines are cut and control characters shown as dots: a broken file must not move the cursor. */
function visible(line: string): string {
  const cut = line.length > 160 ? `${line.slice(0, 157)}...` : line;
  return (
    masked(cut)
      // oxlint-disable-next-line no-control-regex -- these are the characters to make harmless
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "·")
      .replace(/\t/g, " ")
  );
}

export function summarize(diagnostics: readonly Diagnostic[]): string {
  const severities: Severity[] = ["error", "warning", "info"];
  const parts = severities.flatMap((severity) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [severity === "info" ? `${number} info` : count(number, severity)];
  });
  return parts.length === 0 ? "no problems" : parts.join(", ");
}

/** One diagnostic for `--output json`; lines and columns are 1-based. */
export function diagnosticJson({
  rule,
  severity,
  what,
  why,
  fix,
  mark,
}: Diagnostic): Record<string, unknown> {
  const start = positionOf(mark.source, mark.start);
  const end = positionOf(mark.source, mark.end);
  return {
    rule,
    severity,
    file: mark.source.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    what,
    why,
    fix,
  };
}
