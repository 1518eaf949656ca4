import type { Diagnostic } from "../../topology/diagnostic.ts";
import { isObject } from "../../topology/json.ts";
import { type Mark, markOf, type Source } from "../../topology/mark.ts";
import type { Resource } from "./kubernetes.ts";

/** What Helm, envsubst and their like fill in. */
const placeholder = /\{\{.*?\}\}|\$\{[^}]*\}/s;

/** Says of a text that can't be read as YAML that it is a template, if it is one. */
export function templateInText(source: Source): Diagnostic | undefined {
  const start = source.text.search(/\{\{/);
  return start < 0 ? undefined : problemAt({ source, start, end: start + 2 });
}

/** Quoted placeholders are YAML, and would become the names of queues and topics. */
export function templateIn({ metadata, value }: Resource): Diagnostic | undefined {
  const mark = placeholderIn(metadata) ?? placeholderIn(value["spec"]);
  return mark && problemAt(mark);
}

function placeholderIn(value: unknown): Mark | undefined {
  if (!isObject(value) && !Array.isArray(value)) return undefined;
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry === "string" && placeholder.test(entry)) return markOf(value, key);
    const found = placeholderIn(entry);
    if (found) return found;
  }
  return undefined;
}

const problemAt = (mark: Mark): Diagnostic => ({
  rule: "import-template",
  severity: "error",
  what: "This is a template, with something still to be filled in.",
  why: "Taken as it stands, the placeholder would become a part of a name or a setting.",
  fix: "Render it first (helm template, kustomize build, envsubst), and import what comes out of that.",
  mark,
});
