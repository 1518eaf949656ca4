import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import { positionOf, type Source } from "../../src/topology/mark.ts";

/** Whether a diagnostic points at anything but a place in one of these texts, or leaves a part of what it should say out. */
export function outside({ mark, what, why, fix }: Diagnostic, sources: readonly Source[]): boolean {
  const { source, start, end } = mark;
  if (!sources.some(({ path }) => path === source.path)) return true;
  const lines = source.text.split("\n");
  const inside =
    start <= end &&
    [positionOf(source, start), positionOf(source, end)].every(
      ({ line, column }) =>
        line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1,
    );
  return !inside || [what, why, fix].some((text) => text.trim() === "");
}
