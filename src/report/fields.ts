import type { FieldChange } from "../review/changes.ts";
import { withoutSecrets } from "./secrets.ts";

/** `field: before → after`, without secrets; long values are cut after `length` characters. */
export function renderField(
  { field, before, after }: Pick<FieldChange, "field" | "before" | "after">,
  length = 200,
): string {
  return `${field}: ${showValue(withoutSecrets(field, before), length)} → ${showValue(withoutSecrets(field, after), length)}`;
}

/** A value as people write it: texts without quotes, everything else as JSON. */
export function showValue(value: unknown, length: number): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 3)}...` : text === "" ? '""' : text;
}
