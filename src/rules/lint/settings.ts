import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Report, Severity } from "../../topology/diagnostic.ts";
import { readSource } from "../../topology/files.ts";
import { isObject, type JsonObject } from "../../topology/json.ts";
import { keyMarkOf, markOf } from "../../topology/mark.ts";
import { suggestion } from "../../topology/nearest.ts";
import { checkValue, compileSchema, type Validate } from "../../topology/shape.ts";
import { parseYaml } from "../../topology/yaml.ts";
import { pages } from "./pages.ts";

/** What a project says of rules, by id. */
export type Severities = ReadonlyMap<string, Severity | "off">;

const settingsFile = "queueform.yaml";

const schema: JsonObject = {
  type: "object",
  properties: {
    rules: {
      type: "object",
      description: "Rules by id, and how serious their findings are in this project.",
      additionalProperties: {
        enum: ["off", "info", "warning", "error"],
        description: "How serious the findings of this rule are in this project; off for not at all.",
      },
    },
  },
  additionalProperties: false,
};
let validate: Validate | undefined;

/** Reads queueform.yaml of a project, which need not have one. Problems go to `report`. */
export function readSeverities(directory: string, report: Report): Severities {
  const severities = new Map<string, Severity | "off">();
  const path = join(directory, settingsFile);
  if (!existsSync(path)) return severities;
  const source = readSource(path, report);
  const file = source && parseYaml(source, report);
  if (!file) return severities;
  validate ??= compileSchema(schema);
  checkValue(validate, file, report);
  const written = isObject(file["rules"]) ? file["rules"] : {};
  for (const [id, value] of Object.entries(written)) {
    const mark = keyMarkOf(written, id) ?? markOf(file)!;
    const page = pages.get(id);
    if (!page) {
      report({
        rule: "unknown-rule",
        severity: "error",
        what: `There is no rule "${id}".`,
        why: "This line changes nothing.",
        fix: `${suggestion(id, pages.keys())}"queueform rules" lists them all.`,
        mark,
      });
    } else if (page.structural && value !== "error") {
      report({
        rule: "rule-not-optional",
        severity: "error",
        what: `"${id}" can't be turned off or lowered.`,
        why: "What it finds is refused by a broker or an engine, so nothing would work without it.",
        fix: "Remove the line, and correct what the rule finds.",
        mark,
      });
    } else {
      severities.set(id, value as Severity | "off");
    }
  }
  return severities;
}
