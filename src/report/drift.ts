import { brokerNames } from "../environment/environment.ts";
import type { Drift } from "../live/drift.ts";
import type { PlanObject } from "../plan/plan.ts";
import { renderField } from "./fields.ts";
import { shownChange } from "./review/document.ts";
import { count, type Paint } from "./style.ts";

/** The piles, the worst first; nothing for a pile that is empty. Arrows lead from the broker to the file. */
export function renderDrift({ changed, missing, unmanaged, unchecked }: Drift, paint: Paint): string {
  const where = ({ origin }: PlanObject): string =>
    origin ? paint("dim", `  ${origin.file}:${origin.line}`) : "";
  const pile = (title: string, rows: string[]): string =>
    rows.length === 0 ? "" : `${paint("bold", title)}\n${rows.join("")}\n`;
  return [
    pile(
      "Changed on the broker (broker → file)",
      changed.map(({ key, fields, sentence, before, after }) => {
        const lines = fields.map((field) => `      ${renderField(field)}\n`).join("");
        return `  ${paint("yellow", "~")} ${key}${where((after ?? before)!)}\n${lines}      ${paint("dim", `to put it right: ${sentence}`)}\n`;
      }),
    ),
    pile(
      "Missing on the broker",
      missing.map((object) => `  ${paint("red", "-")} ${object.key}${where(object)}\n`),
    ),
    pile(
      "On the broker, in no file",
      unmanaged.map(({ key }) => `  ${paint("cyan", "+")} ${key}\n`),
    ),
    pile(
      "Could not be compared",
      unchecked.map(({ key, reason }) => `  ${paint("dim", "?")} ${key}: ${reason}\n`),
    ),
  ].join("");
}

export function summarizeDrift({ changed, missing, unmanaged, unchecked, clusters }: Drift): string {
  const parts = [
    changed.length > 0 && `${changed.length} changed`,
    missing.length > 0 && `${missing.length} missing`,
    unmanaged.length > 0 && `${unmanaged.length} unmanaged`,
  ].filter((part) => part !== false);
  const compared =
    clusters.filter(({ state }) => state === "read").reduce((sum, { declared }) => sum + declared, 0) -
    unchecked.length;
  const declared = clusters.reduce((sum, cluster) => sum + cluster.declared, 0);
  const skipped = clusters
    .filter(({ state }) => state !== "read")
    .map(({ broker, cluster }) => `${brokerNames[broker]} ${cluster}`);
  const coverage =
    compared === declared
      ? `${count(declared, "object")} compared`
      : `${compared} of ${count(declared, "object")} compared${skipped.length > 0 ? `, not ${skipped.join(", ")}` : ""}`;
  return `${parts.length > 0 ? parts.join(", ") : "no drift"} (${coverage})`;
}

/** For `--output json`. */
export function driftJson({ changed, ...rest }: Drift): Record<string, unknown> {
  return { changed: changed.map(shownChange), ...rest };
}
