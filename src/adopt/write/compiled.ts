import type { Environment } from "../../environment/environment.ts";
import { topologySchema } from "../../language/schema.ts";
import { compile, planOf } from "../../plan/model.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Json, JsonObject } from "../../topology/json.ts";
import { checkValue, compileSchema, type Validate } from "../../topology/shape.ts";

/** What some lines of a topology file compile to: the way to find out whether words say exactly what a broker has. */
export function objectsOf(section: JsonObject, environment?: Environment): PlanObject[] {
  const value: JsonObject = { apiVersion: "queueform/v1", domain: "import", ...section };
  const file = { source: { path: "", text: "" }, domain: "import", value };
  return [...planOf(compile([file], environment)).objects];
}

let validate: Validate | undefined;

/** Why the language has no word for an entry, as a sentence; undefined when it has. */
export function shapeProblem(section: JsonObject): string | undefined {
  // The reader of topology files takes these two for something else than a name.
  const odd = namesIn(section).find((name) => name === "<<" || name === "__proto__");
  if (odd !== undefined) return `"${odd}" can't be a name in a topology file.`;
  validate ??= compileSchema(topologySchema());
  const problems: string[] = [];
  checkValue(validate, { apiVersion: "queueform/v1", domain: "import", ...section }, ({ what }) =>
    problems.push(what),
  );
  return problems[0];
}

/** The names of all entries, however deep: arguments have names, too. */
const namesIn = (value: Json): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner)])
    : [];
