import { Ajv } from "ajv";
import { UsageError } from "../topology/files.ts";
import type { JsonObject } from "../topology/json.ts";

/** In bytes; 10,000 changes take about 10 MB. */
export const maximumBytes = 32 * 1024 * 1024;
const maximumDepth = 100;

/**
 * A document that somebody else wrote. Nothing of it is believed but its form: a text in it is only ever text. `what` is,
 * for example, "a review as `queueform diff --output json`". Throws UsageError when it isn't one.
 */
export function readUntrusted<T>(text: string, schema: JsonObject, what: string): T {
  const refused = (why: string): UsageError =>
    new UsageError(`The file is not ${what} of this version writes it: ${why}. Nothing was posted.`);
  if (depthOf(text) > maximumDepth) throw refused(`it is nested more than ${maximumDepth} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("it is not JSON");
  }
  const validate = new Ajv({ strictTypes: false }).compile<T>(schema);
  if (validate(value)) return value;
  const { instancePath = "", message = "" } = validate.errors?.[0] ?? {};
  throw refused(`${instancePath.slice(0, 200) || "the whole"} ${message.slice(0, 200)}`);
}

/** How deep brackets are nested, without recursion: what reads the value later has only so much stack. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') inText = !inText;
    else if (inText && character === "\\") at++;
    else if (!inText && (character === "[" || character === "{")) deepest = Math.max(deepest, ++depth);
    else if (!inText && (character === "]" || character === "}")) depth--;
  }
  return deepest;
}
