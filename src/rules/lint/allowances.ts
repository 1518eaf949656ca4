import type { Report } from "../../topology/diagnostic.ts";
import { commentsOf } from "../../topology/comments.ts";
import { type Mark, positionOf, type Source } from "../../topology/mark.ts";
import { isOptional, reportAbout } from "./about-rules.ts";

/** A comment `# allow <rule>: <reason>`. */
interface Allowance {
  readonly id: string;
  readonly mark: Mark;
  used: boolean;
}

/**
 * The comments of files that allow what a rule finds: on its line, or alone on the lines above it. A file is read once,
 * however many environments look at it.
 */
export class Allowances {
  private readonly known = new Map<Source, Map<string, Allowance>>();

  /** Reads the comments of a file, unless that was done before; what is wrong with them goes to `report`. */
  read(source: Source, report: Report): void {
    if (this.known.has(source)) return;
    const byPlace = new Map<string, Allowance>();
    this.known.set(source, byPlace);
    // Most files allow nothing, and need not be taken apart once more.
    if (!/#\s*allow\s/.test(source.text)) return;
    const lines = source.text.split("\n");
    for (const { text, mark, isAlone } of commentsOf(source)) {
      const [, id, reason] = /^allow\s+([a-z0-9]+(?:-[a-z0-9]+)+)\s*(?::\s*(.*))?$/.exec(text) ?? [];
      if (id === undefined || !isUsable(id, reason, mark, report)) continue;
      let line = positionOf(source, mark.start).line;
      if (isAlone) while (/^\s*(#|$)/.test(lines[line - 1] ?? "x")) line++;
      byPlace.set(`${line} ${id}`, { id, mark, used: false });
    }
  }

  /** Whether a comment allows what a rule found here. */
  allows(id: string, { source, start }: Mark): boolean {
    const allowance = this.known.get(source)?.get(`${positionOf(source, start).line} ${id}`);
    if (!allowance) return false;
    allowance.used = true;
    return true;
  }

  reportUnused(report: Report): void {
    for (const { id, mark, used } of [...this.known.values()].flatMap((places) => [...places.values()])) {
      if (!used) reportAbout("unused-allow", `Nothing here is found by "${id}".`, mark, report);
    }
  }
}

function isUsable(id: string, reason: string | undefined, mark: Mark, report: Report): boolean {
  if (!isOptional(id, mark, report, "warning")) return false;
  if (!reason) reportAbout("allow-without-reason", `"# allow ${id}" gives no reason.`, mark, report);
  return Boolean(reason);
}
