import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Report, Severity } from "../../topology/diagnostic.ts";
import { readSource } from "../../topology/files.ts";
import { isObject, type JsonObject } from "../../topology/json.ts";
import { keyMarkOf, markOf } from "../../topology/mark.ts";
import { checkValue, compileSchema, type Validate } from "../../topology/shape.ts";
import { parseYaml } from "../../topology/yaml.ts";
import { isOptional } from "./about-rules.ts";
import { pages } from "./pages.ts";

/** What a project says of rules, by id. */
export type Severities = ReadonlyMap<string, Severity | "off">;

const settingsFile = "queueform.yaml";

export const settingsSchema: JsonObject = {
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
  validate ??= compileSchema(settingsSchema);
  checkValue(validate, file, report);
  const written = isObject(file["rules"]) ? file["rules"] : {};
  for (const [id, value] of Object.entries(written)) {
    const mark = keyMarkOf(written, id) ?? markOf(file)!;
    // Saying once more that a rule is an error is no harm.
    if ((value === "error" && pages.has(id)) || isOptional(id, mark, report, "error"))
      severities.set(id, value as Severity | "off");
  }
  return severities;
}
