import * as fc from "fast-check";
import { topologySchema } from "../../src/language/schema.ts";
import { compileSchema } from "../../src/topology/shape.ts";
import { isObject, type Json, type JsonObject } from "../../src/topology/json.ts";

const schema = topologySchema();
const validate = compileSchema(schema);

/** Few, so that things refer to each other, and some that are odd in one way each. */
const names = ["a", "a.b", "orders", "orders.dlq", "amq.direct", "constructor", "ü/ %~", "*", "-"];
const name = fc.constantFrom(...names);

/** Random values of a JSON Schema, as far as ours uses it. What it doesn't foresee (if, lookaheads) is filtered out after. */
function valueOf(part: JsonObject): fc.Arbitrary<Json> {
  if ("const" in part) return fc.constant(part["const"]!);
  if (Array.isArray(part["enum"])) return fc.constantFrom(...part["enum"]);
  const branches = part["anyOf"] ?? part["oneOf"];
  if (Array.isArray(branches)) return fc.oneof(...branches.filter(isJsonObject).map(valueOf));
  const types = [part["type"] ?? "any"].flat().map(String);
  return fc.oneof(...types.map((type) => valueOfType(type, part)));
}

function valueOfType(type: string, part: JsonObject): fc.Arbitrary<Json> {
  const minimum = typeof part["minimum"] === "number" ? part["minimum"] : -1;
  switch (type) {
    case "string":
      return textOf(part);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number":
      return fc.oneof(
        fc.integer({ min: minimum, max: Math.min(Number(part["maximum"] ?? Infinity), minimum + 20) }),
        ...(part["maximum"] === undefined ? [fc.constant(Number.MAX_SAFE_INTEGER)] : []),
      );
    case "array":
      return fc.array(isJsonObject(part["items"]) ? valueOf(part["items"]) : fc.json().map(parse), {
        minLength: Number(part["minItems"] ?? 0),
        maxLength: 3,
      });
    case "object":
      return objectOf(part);
    case "null":
      return fc.constant(null);
    default:
      return fc.json().map(parse);
  }
}

function textOf(part: JsonObject): fc.Arbitrary<Json> {
  const examples = Array.isArray(part["examples"])
    ? part["examples"].filter((one) => typeof one === "string")
    : [];
  const pattern = part["pattern"];
  if (typeof pattern === "string" && !pattern.includes("(?"))
    return fc.oneof(
      fc.stringMatching(new RegExp(pattern)),
      ...(examples.length > 0 ? [fc.constantFrom(...examples)] : []),
    );
  return examples.length > 0 ? fc.oneof(name, fc.constantFrom(...examples)) : name;
}

function objectOf(part: JsonObject): fc.Arbitrary<JsonObject> {
  const words = isJsonObject(part["properties"]) ? part["properties"] : {};
  const required = Array.isArray(part["required"]) ? part["required"].map(String) : [];
  const known = fc.record(
    Object.fromEntries(Object.entries(words).map(([word, inner]) => [word, valueOf(inner as JsonObject)])),
    { requiredKeys: required },
  );
  const others = part["additionalProperties"];
  if (others === false) return known;
  const free = isJsonObject(others) ? valueOf(others) : fc.constantFrom<Json>(1, "1", true, null, 1.5, "x");
  return fc
    .tuple(known, fc.dictionary(name, free, { minKeys: Number(part["minProperties"] ?? 0), maxKeys: 3 }))
    .map(([fixed, more]) => ({ ...more, ...fixed }));
}

const isJsonObject = (value: unknown): value is JsonObject => isObject(value);
const parse = (text: string): Json => JSON.parse(text) as Json;

/** A topology file that the schema accepts. */
const topologyFile: fc.Arbitrary<JsonObject> = objectOf(schema).filter((value) => validate(value) === true);

/** Many files: a domain each. */
export const topologyFiles = fc.array(topologyFile, { minLength: 1, maxLength: 3 });
