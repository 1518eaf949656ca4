import type { Report } from "../../topology/diagnostic.ts";
import { emptyObject } from "../../topology/json.ts";
import { type Mark, recordEntry, recordWhole, type Source } from "../../topology/mark.ts";

/** Deeper than any export nests, and shallow enough for the stack. */
const maximumDepth = 200;

/**
 * Reads JSON into values whose positions can be asked for (`markOf`). Accepts the trailing commas of files that people
 * wrote by hand for RabbitMQ 3.6. A problem goes to `report`, and then the result is undefined.
 */
export function readJson(source: Source, report: Report): unknown {
  try {
    return new JsonReader(source).read();
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    report({
      rule: "json-syntax",
      severity: "error",
      what: error.message,
      why: "The file can't be read as JSON, so nothing in it can be taken over.",
      fix: "Correct the place that is marked, or export the definitions again.",
      mark: { source, start: error.at, end: error.at + 1 },
    });
    return undefined;
  }
}

class NotJson extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const blank = /[ \t\r\n]*/y;
const scalar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them in texts
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

class JsonReader {
  private readonly source: Source;
  private at = 0;

  constructor(source: Source) {
    this.source = source;
  }

  read(): unknown {
    const { value } = this.value(0);
    this.skip(blank);
    if (this.at < this.source.text.length) throw new NotJson("Something stands after the end.", this.at);
    return value;
  }

  private value(depth: number): { value: unknown; mark: Mark } {
    if (depth > maximumDepth) throw new NotJson(`This nests deeper than ${maximumDepth} levels.`, this.at);
    this.skip(blank);
    const start = this.at;
    const value = this.take("{") ? this.block(depth) : this.take("[") ? this.list(depth) : this.plain();
    const mark: Mark = { source: this.source, start, end: this.at };
    if (typeof value === "object" && value !== null) recordWhole(value, mark);
    return { value, mark };
  }

  private block(depth: number): Record<string, unknown> {
    const found = emptyObject();
    while (!this.ends("}", "key")) {
      const start = this.at;
      const key = this.skip(text);
      if (key === "") throw new NotJson(`A key in double quotes should stand here.`, start);
      const keyMark: Mark = { source: this.source, start, end: this.at };
      const name = JSON.parse(key) as string;
      this.skip(blank);
      if (!this.take(":")) throw new NotJson(`A colon should stand after the key "${name}".`, this.at);
      const { value, mark } = this.value(depth + 1);
      this.separate("}");
      // JSON has no comments: this is how people write them, as many as they like.
      if (name === "//") continue;
      if (name in found) throw new NotJson(`"${name}" stands twice in the same block.`, start);
      recordEntry(found, name, { key: keyMark, value: mark });
      found[name] = value;
    }
    return found;
  }

  private list(depth: number): unknown[] {
    const found: unknown[] = [];
    while (!this.ends("]", "value")) {
      const { value, mark } = this.value(depth + 1);
      recordEntry(found, found.length, { value: mark });
      found.push(value);
      this.separate("]");
    }
    return found;
  }

  private plain(): unknown {
    const start = this.at;
    const found = this.skip(text) || this.skip(scalar);
    const value: unknown = found === "" ? undefined : JSON.parse(found);
    if (typeof value === "number" && /^-?[1-9][0-9]*$/.test(found) && String(value) !== found)
      throw new NotJson(`${found} has more digits than are kept exactly here.`, start);
    if (found !== "") return value;
    throw new NotJson(
      start >= this.source.text.length ? "The file ends too early." : "A value should stand here.",
      start,
    );
  }

  private ends(closing: string, awaited: string): boolean {
    this.skip(blank);
    if (this.at >= this.source.text.length)
      throw new NotJson(`The file ends too early: a ${awaited} or "${closing}" is missing.`, this.at);
    return this.take(closing);
  }

  private separate(closing: string): void {
    this.skip(blank);
    if (this.take(",") || this.source.text[this.at] === closing) return;
    throw new NotJson(
      this.at >= this.source.text.length
        ? `The file ends too early: "${closing}" is missing.`
        : `A comma or "${closing}" should stand here.`,
      this.at,
    );
  }

  private take(character: string): boolean {
    if (this.source.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
}
