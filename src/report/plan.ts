import type { Plan } from "../plan/plan.ts";
import { isObject } from "../topology/json.ts";
import type { Paint } from "./style.ts";

/** A plan as a person reads it: one object after the other, its settings, and the line that asks for it. */
export function renderPlan({ objects }: Plan, paint: Paint): string {
  return objects
    .map(({ key, spec, origin }) => {
      const where = origin ? paint("dim", `  ${origin.file}:${origin.line}`) : "";
      const settings = Object.entries(spec).filter(
        ([name, value]) => !key.includes(String(value)) && !isEmpty(value) && name !== "vhost",
      );
      return `${paint("bold", key)}${where}\n${settings.map(([name, value]) => indent(name, value)).join("")}`;
    })
    .join("\n");
}

function indent(name: string, value: unknown, depth = 1): string {
  const margin = "  ".repeat(depth);
  if (!isObject(value))
    return `${margin}${name}: ${typeof value === "string" && !value.includes("\n") ? value : JSON.stringify(value)}\n`;
  return `${margin}${name}:\n${Object.entries(value)
    .map(([inner, nested]) => indent(inner, nested, depth + 1))
    .join("")}`;
}

const isEmpty = (value: unknown): boolean =>
  value === "" || (isObject(value) && Object.keys(value).length === 0);
