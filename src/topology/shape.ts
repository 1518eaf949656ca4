import { Ajv, type ErrorObject } from "ajv";
import type { Report } from "./diagnostic.ts";
import { isObject, type JsonObject } from "./json.ts";
import { keyMarkOf, markOf } from "./mark.ts";
import { masked } from "./masked.ts";
import { suggestion } from "./nearest.ts";

export type Validate = ReturnType<Ajv["compile"]>;

/**
 * For schemas of our own, which a test checks. Doing that here, and making code shorter that runs a few times, would be a
 * quarter of what `validate` takes.
 */
export function compileSchema(schema: JsonObject): Validate {
  return new Ajv({
    allErrors: true,
    verbose: true,
    strictTypes: false,
    meta: false,
    validateSchema: false,
    code: { optimize: false },
  }).compile(schema);
}

/** Checks any value that was read with positions. */
export function checkValue(validate: Validate, value: Record<string, unknown>, report: Report): void {
  if (validate(value)) return;
  for (const error of validate.errors ?? []) {
    const path = error.instancePath.split("/").slice(1).map(unescapePointer);
    const described = describe(error, path);
    if (!described) continue;
    const { at = [], key, what, ...texts } = described;
    const full = [...path, ...at];
    const mark = (key ? keyMarkOf(value, ...full) : markOf(value, ...full)) ?? markOf(value)!;
    report({
      severity: "error",
      ...texts,
      what: what.replace(/^[a-z]/, (letter) => letter.toUpperCase()),
      mark,
    });
  }
}

interface Described {
  readonly rule: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  /** Further steps from the instance path to what is wrong. */
  readonly at?: string[];
  /** Point at the key rather than at the value. */
  readonly key?: boolean;
}

function describe(error: ErrorObject, path: string[]): Described | undefined {
  const place = placeOf(path);
  const schema = error.parentSchema as JsonObject | undefined;
  const meaning = typeof schema?.["description"] === "string" ? schema["description"] : "";
  switch (error.keyword) {
    case "additionalProperties": {
      const name = (error.params as { additionalProperty: string }).additionalProperty;
      const known = Object.keys((schema?.["properties"] ?? {}) as object);
      return {
        rule: "unknown-key",
        what: `"${name}" is not a word that ${place} knows.`,
        why: "It would be ignored, and what it was meant to do would not happen.",
        fix: `${suggestion(name, known)}Known here: ${known.join(", ")}.`,
        at: [name],
        key: true,
      };
    }
    case "required": {
      const name = (error.params as { missingProperty: string }).missingProperty;
      const wanted = ((schema?.["properties"] as JsonObject | undefined)?.[name] ?? {}) as JsonObject;
      const example =
        wanted["const"] ??
        (wanted["enum"] as unknown[] | undefined)?.[0] ??
        (wanted["examples"] as unknown[] | undefined)?.[0];
      return {
        rule: "missing-key",
        what: `${place} lacks "${name}".`,
        why:
          typeof wanted["description"] === "string"
            ? wanted["description"]
            : "Without it there is nothing to create.",
        fix: `Add "${name}: ${example === undefined ? "..." : String(example)}".`,
        key: true,
      };
    }
    case "dependencies": {
      const { property, missingProperty } = error.params as { property: string; missingProperty: string };
      return {
        rule: "missing-key",
        what: `${place} has "${property}" and lacks "${missingProperty}".`,
        why: `"${property}" can't be set without it.`,
        fix: `Add "${missingProperty}: ...", or remove "${property}".`,
        at: [property],
        key: true,
      };
    }
    case "const":
    case "enum": {
      const allowed =
        error.keyword === "const"
          ? [(error.params as { allowedValue: unknown }).allowedValue]
          : (error.params as { allowedValues: unknown[] }).allowedValues;
      const shown = allowed.map((value) => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value)));
      return {
        rule: "unknown-value",
        what: `${place} can't be ${show(error.data)}.`,
        why: meaning || "The broker knows no such value.",
        fix: `${suggestion(String(error.data), shown)}Use ${shown.length === 1 ? "" : "one of "}${shown.join(", ")}.`,
      };
    }
    case "type": {
      const types = [(error.params as { type: string | string[] }).type].flat().join(" or ");
      return {
        rule: "wrong-type",
        what: `${place} must be ${article(types)}, and is ${isObject(error.data) ? "a block" : Array.isArray(error.data) ? "a list" : error.data === null ? "empty" : show(error.data)}.`,
        why: meaning || "It can't be understood otherwise.",
        fix: `Write ${article(types)}${exampleOf(schema)}.`,
      };
    }
    case "pattern": {
      const pattern = String((error.params as { pattern: string }).pattern);
      if (pattern.startsWith("^\\$\\{secret:")) {
        return {
          rule: "secret-in-clear",
          what: `${place} holds a secret in clear.`,
          why: meaning,
          fix: `Write a reference${exampleOf(schema)}, change the secret if the file was ever shared, and set it outside of the file.`,
          key: true,
        };
      }
      return {
        rule: "wrong-format",
        what: `${place} can't be ${show(error.data)}.`,
        why: meaning || "It can't be understood otherwise.",
        fix: `Write it${exampleOf(schema) || ` so that it matches ${pattern}`}.`,
      };
    }
    case "minimum":
    case "maximum":
    case "minLength":
    case "maxLength":
    case "minProperties":
    case "minItems":
      return {
        rule: "out-of-range",
        what: `${place} ${error.message ?? "is out of range"}.`,
        why: meaning || "The broker would refuse it.",
        fix: "Choose a value in that range.",
      };
    default:
      // Combinations ("if", "anyOf") only repeat what the errors inside them say.
      return error.keyword === "if"
        ? undefined
        : {
            rule: "wrong-shape",
            what: `${place} ${error.message ?? "is wrong"}.`,
            why: meaning || "It can't be understood otherwise.",
            fix: "See the schema for what may stand here.",
          };
  }
}

function placeOf(path: readonly string[]): string {
  const [list, last] = path.slice(-2);
  if (list === undefined) return "the file";
  if (last !== undefined && /^[0-9]+$/.test(last)) return `item ${Number(last) + 1} of "${list}"`;
  return `"${last ?? list}"`;
}

function exampleOf(schema: JsonObject | undefined): string {
  const example = (schema?.["examples"] as unknown[] | undefined)?.[0];
  return example === undefined ? "" : `, for example ${show(example)}`;
}

const show = (value: unknown): string =>
  typeof value === "string"
    ? `"${masked(value.length > 60 ? `${value.slice(0, 57)}...` : value)}"`
    : JSON.stringify(value);
const article = (types: string): string =>
  types
    .replace("object", "block")
    .replace("array", "list")
    .replace(/^(?=[aeiou])/, "an ")
    .replace(/^(?!an )/, "a ");
const unescapePointer = (step: string): string => step.replaceAll("~1", "/").replaceAll("~0", "~");
