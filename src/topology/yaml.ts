import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  parseDocument,
} from "yaml";
import type { Report } from "./diagnostic.ts";
import { emptyObject, isObject } from "./json.ts";
import { type Mark, recordEntry, recordWhole, type Source } from "./mark.ts";

/** Aliases may repeat a block, not multiply it: a file may expand to this many nodes, and to this depth. */
const maximumNodes = 500_000;
const maximumDepth = 64;

class TooLarge extends Error {}

/**
 * Reads YAML into plain values whose positions can be asked for (`markOf`). Problems go to `report`; returns undefined
 * when there is no usable value.
 */
export function parseYaml(source: Source, report: Report): Record<string, unknown> | undefined {
  return readDocument(parseDocument(source.text, options), source, report);
}

/**
 * Reads the documents of a YAML file, which --- lines separate; empty ones are left out. Problems go to `report`, and then
 * the result is undefined.
 */
export function parseYamlDocuments(source: Source, report: Report): Record<string, unknown>[] | undefined {
  const documents: Document[] = parseAllDocuments(source.text, options);
  const found = documents
    .filter(({ contents, errors }) => errors.length > 0 || !isEmpty(contents))
    .map((document) => readDocument(document, source, report));
  return found.every((value) => value !== undefined) ? found : undefined;
}

const options = { prettyErrors: false, uniqueKeys: false, logLevel: "error", schema: "core" } as const;

const isEmpty = (contents: unknown): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

function readDocument(
  document: Document,
  source: Source,
  report: Report,
): Record<string, unknown> | undefined {
  for (const problem of document.errors) {
    const [start, end] = problem.pos;
    report({
      rule: "yaml-syntax",
      severity: "error",
      ...explain(problem.code, problem.message),
      mark: { source, start, end },
    });
  }
  if (document.errors.length > 0) return undefined;
  const start = document.contents?.range?.[0] ?? 0;
  const whole: Mark = { source, start, end: document.contents?.range?.[1] ?? start };
  if (isEmpty(document.contents)) {
    report({
      rule: "empty-file",
      severity: "error",
      what: "This file says nothing.",
      why: "A file without content is usually one that was saved too early or cut off on the way.",
      fix: 'Start it with "apiVersion: queueform/v1" and "domain: <name>", or delete the file.',
      mark: whole,
    });
    return undefined;
  }
  try {
    const value = new Reader(document, source, report).read(document.contents, 0);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    report({
      rule: "yaml-alias-bomb",
      severity: "error",
      what: error.message,
      why: "Anchors and aliases that contain each other grow without end when they are read.",
      fix: "Write the repeated part out, or give each alias a small block of its own.",
      mark: whole,
    });
    return undefined;
  }
  report({
    rule: "not-a-mapping",
    severity: "error",
    what: `A file must hold keys and values; this one holds ${isSeq(document.contents) ? "a list" : "a single value"}.`,
    why: "Nothing in it can be told apart as an exchange, a queue or a topic.",
    fix: 'Start the file with "apiVersion: queueform/v1" and "domain: <name>".',
    mark: whole,
  });
  return undefined;
}

class Reader {
  private nodes = 0;
  private readonly open = new Set<Node>();
  private readonly document: Document;
  private readonly source: Source;
  private readonly report: Report;

  constructor(document: Document, source: Source, report: Report) {
    this.document = document;
    this.source = source;
    this.report = report;
  }

  read(node: unknown, depth: number): unknown {
    if (++this.nodes > maximumNodes)
      throw new TooLarge(
        `This file grows to more than ${maximumNodes} values when its aliases are expanded.`,
      );
    if (depth > maximumDepth) throw new TooLarge(`This file nests deeper than ${maximumDepth} levels.`);
    if (isAlias(node)) {
      const target = node.resolve(this.document);
      if (!target) {
        this.report({
          rule: "yaml-syntax",
          severity: "error",
          what: `Nothing is called &${node.source} above this line.`,
          why: "An alias repeats what an anchor before it has named.",
          fix: `Put &${node.source} before the value that it should repeat, or write the value out.`,
          mark: this.mark(node),
        });
        return null;
      }
      if (this.open.has(target)) throw new TooLarge(`The alias *${node.source} contains itself.`);
      return this.read(target, depth + 1);
    }
    if (isScalar(node)) return node.value;
    if (isMap(node)) return this.guarded(node, () => this.readMap(node.items, this.mark(node), depth));
    if (isSeq(node)) {
      return this.guarded(node, () => {
        const list: unknown[] = [];
        recordWhole(list, this.mark(node));
        for (const item of node.items) {
          recordEntry(list, list.length, { value: this.mark(item as Node) });
          list.push(this.read(item, depth + 1));
        }
        return list;
      });
    }
    return null;
  }

  private guarded<T>(node: Node, read: () => T): T {
    this.open.add(node);
    const value = read();
    this.open.delete(node);
    return value;
  }

  private readMap(
    items: { key: unknown; value: unknown }[],
    whole: Mark,
    depth: number,
  ): Record<string, unknown> {
    const object = emptyObject();
    recordWhole(object, whole);
    const merged: Record<string, unknown>[] = [];
    for (const { key: keyNode, value: valueNode } of items) {
      const keyMark = this.mark(keyNode as Node);
      const key = isScalar(keyNode) ? String(keyNode.value) : undefined;
      if (key === undefined || key === "__proto__") {
        this.report({
          rule: "yaml-key",
          severity: "error",
          what: key === undefined ? "A key must be plain text." : '"__proto__" can\'t be used as a key.',
          why: "Keys are names of exchanges, queues and topics, or words of the language.",
          fix: "Rename it.",
          mark: keyMark,
        });
        continue;
      }
      if (key === "<<" && (isAlias(valueNode) || isMap(valueNode))) {
        const value = this.read(valueNode, depth + 1);
        if (isObject(value)) merged.push(value);
        continue;
      }
      if (key in object) {
        this.report({
          rule: "duplicate-key",
          severity: "error",
          what: `"${key}" stands twice in the same block.`,
          why: "Only one of the two can count, and the other would be dropped without a word.",
          fix: "Keep one of them, or rename the other.",
          mark: keyMark,
        });
        continue;
      }
      recordEntry(object, key, { key: keyMark, value: valueNode ? this.mark(valueNode as Node) : keyMark });
      object[key] = this.read(valueNode, depth + 1);
    }
    for (const from of merged)
      for (const key of Object.keys(from)) if (!(key in object)) object[key] = from[key];
    return object;
  }

  private mark(node: Node): Mark {
    const [start, end] = node.range ?? [0, 0];
    return { source: this.source, start, end: Math.max(end, start) };
  }
}

function explain(code: string, message: string): { what: string; why: string; fix: string } {
  const what = /[.!?]$/.test(message) ? message : `${message}.`;
  const why = "The file can't be read as YAML, so nothing in it can be checked.";
  if (code === "TAB_AS_INDENT") return { what, why, fix: "Indent with spaces; YAML allows no tabs there." };
  if (
    code === "BAD_INDENT" ||
    code === "MISSING_CHAR" ||
    code === "BLOCK_AS_IMPLICIT_KEY" ||
    code === "BLOCK_IN_FLOW"
  ) {
    return {
      what,
      why,
      fix: "Line this line up with the others of its block, two spaces a level, and check for a missing colon, quote or bracket above it.",
    };
  }
  if (code === "MULTIPLE_DOCS")
    return {
      what: "The file holds more than one YAML document.",
      why,
      fix: "Move what follows the --- line into a file of its own.",
    };
  return { what, why, fix: "Correct the line; the place where reading stopped is marked." };
}
