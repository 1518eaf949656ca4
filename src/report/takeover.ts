import type { Shown, Takeover } from "../stack/takeover.ts";
import { renderField } from "./fields.ts";
import { shownChange } from "./review/document.ts";
import type { Paint } from "./style.ts";

const colours = { create: "green", update: "yellow", replace: "red" } as const;

/** What the preview after the import shows, with its reasons: objects with the same reason together, the worst first. */
export function renderTakeover({ shown }: Takeover, paint: Paint): string {
  return (["replace", "update", "create"] as const)
    .flatMap((op) => {
      const groups = Map.groupBy(
        shown.filter((one) => one.op === op),
        ({ why }) => why,
      );
      return [...groups].map(([why, group]) => {
        const objects = group.map((one) => renderShown(one, paint)).join("");
        return `${paint(colours[op], op)}  ${why}\n${objects}`;
      });
    })
    .join("\n");
}

function renderShown({ object, change }: Shown, paint: Paint): string {
  const where = object.origin ? paint("dim", `  ${object.origin.file}:${object.origin.line}`) : "";
  const fields = (change?.fields ?? []).map((field) => `      ${renderField(field)}\n`);
  return `    ${object.key}${where}\n${fields.join("")}`;
}

/** For `--output json`. */
export function takeoverJson({ found, shown }: Takeover): Record<string, unknown> {
  return {
    imported: found.map(({ object: { key }, type, id }) => ({ key, type, id })),
    shown: shown.map(({ object: { key }, op, why, exists, change }) => ({
      key,
      op,
      why,
      ...(exists !== undefined && { exists }),
      ...(change && { change: shownChange(change) }),
    })),
  };
}
