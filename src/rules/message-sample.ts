import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { markOf } from "../topology/mark.ts";
import { bodyOf, type Message, messagesOf } from "./lint/messages.ts";
import type { Finding, Rule } from "./rule.ts";

export const rule: Rule = {
  id: "message-sample",
  severity: "error",
  summary: "A sample of a message doesn't match its schema, or one of the two can't be read.",
  why: "Consumers are written against the samples and the schema; where the two disagree, one of them is wrong.",
  fix: "Correct the sample, or the schema.",
  check: (model, report) => {
    for (const message of messagesOf(model)) {
      const schema = schemaOf(message, report);
      if (!schema || !Array.isArray(message.value["samples"])) continue;
      for (const [index, written] of message.value["samples"].entries()) {
        const body = bodyOf(message.file, written);
        const mark = markOf(message.value, "samples", index) ?? message.mark;
        const shown =
          typeof written === "string" ? `The sample ${written}` : `Sample ${index + 1} of "${message.name}"`;
        if ("problem" in body)
          report({
            what: `${shown} ${body.problem}.`,
            fix: "Correct the path, which is relative to this file, or the file.",
            mark,
          });
        else if (!schema(body.value))
          report({ what: `${shown} doesn't match its schema: ${reason(schema)}.`, mark });
      }
    }
  },
};

function schemaOf(
  { name, value, file, mark }: Message,
  report: (finding: Finding) => void,
): ValidateFunction | undefined {
  if (value["schema"] === undefined) return undefined;
  const at = markOf(value, "schema") ?? mark;
  const body = bodyOf(file, value["schema"]);
  if ("problem" in body) {
    report({
      what: `The schema of "${name}" ${body.problem}.`,
      fix: "Correct the path, which is relative to this file, or the file.",
      mark: at,
    });
    return undefined;
  }
  try {
    return compileSchema(body.value as object);
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    report({
      what: `The schema of "${name}" is not a JSON Schema: ${problem}.`,
      fix: "Correct the schema.",
      mark: at,
    });
    return undefined;
  }
}

const options = {
  strict: false,
  allErrors: true,
  validateFormats: false,
  code: { optimize: false },
} as const;
/** They hold the schemas that schemas must match, which are most of the work, and nothing of any topology. */
let draft07: Ajv | undefined;
let draft2020: Ajv2020 | undefined;

/** Drafts differ in a few words; a schema says in its first line which one it speaks. Throws when it is no schema. */
function compileSchema(schema: object): ValidateFunction {
  const is2020 = String((schema as { $schema?: unknown }).$schema).includes("2020-12");
  const drafts = is2020 ? (draft2020 ??= new Ajv2020(options)) : (draft07 ??= new Ajv(options));
  drafts.validateSchema(schema, true);
  const own = { ...options, validateSchema: false } as const;
  // One for each: two messages may have schemas of the same $id.
  return (is2020 ? new Ajv2020(own) : new Ajv(own)).compile(schema);
}

const reason = ({ errors }: ValidateFunction): string =>
  (errors ?? [])
    .map(({ instancePath, message }) => `${instancePath === "" ? "the body" : instancePath} ${message}`)
    .join(", ");
