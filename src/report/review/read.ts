import { Ajv } from "ajv";
import { UsageError } from "../../topology/files.ts";
import type { ReviewDocument } from "./document.ts";
import { reviewSchema } from "./schema.ts";

/** In bytes; a review of 10,000 changes takes about 10 MB. */
export const maximumReview = 32 * 1024 * 1024;
const maximumDepth = 100;

/**
 * A review that somebody else wrote. Nothing of it is believed but its form: a text in it is only ever text.
 * Throws UsageError when it isn't one.
 */
export function readReview(text: string): ReviewDocument {
  if (depthOf(text) > maximumDepth) throw refused("it is nested more than 100 deep");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refused("it is not JSON");
  }
  const validate = new Ajv({ strictTypes: false }).compile<ReviewDocument>(reviewSchema());
  if (validate(value)) return value;
  const { instancePath = "", message = "" } = validate.errors?.[0] ?? {};
  throw refused(`${instancePath.slice(0, 200) || "the whole"} ${message.slice(0, 200)}`);
}

const refused = (why: string): UsageError =>
  new UsageError(
    `The file is not a review as \`queueform diff --output json\` of this version writes it: ${why}. Nothing was posted.`,
  );

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
