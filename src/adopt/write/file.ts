import { Document, isMap, isScalar, isSeq, type Node } from "yaml";
import type { Entry, Part } from "./entry.ts";
import { sectionOf } from "./section.ts";

/** What fits on a line is written on one. */
const longestFlow = 96;
const longestComment = 100;

/** One topology file, as a person would lay it out. `comments` stand at its top. */
export function fileText(
  domain: string,
  part: Part,
  entries: readonly Entry[],
  comments: readonly string[],
  schema: string,
): string {
  const document = new Document({ apiVersion: "queueform/v1", domain, ...sectionOf(part, entries) });
  const commentsOf = new Map(
    entries.map((entry) => [JSON.stringify([entry.block, entry.name]), entry.comments]),
  );
  const comment = (key: PairNodes["key"], block: string, name: string): void => {
    const said = commentsOf.get(JSON.stringify([block, name])) ?? [];
    if (said.length > 0) key.commentBefore = said.flatMap((text) => wrapped(text)).join("\n");
  };
  for (const pair of pairsOf(document.contents)) if (pair.name === part.broker) pair.key.spaceBefore = true;
  const own = document.get(part.broker, true);
  // One level deeper: a file may declare several Redis, though none that is written here does.
  for (const { key, name } of part.broker === "redis" ? pairsOf(own) : []) comment(key, "", name);
  for (const block of pairsOf(part.broker === "redis" ? pairsOf(own)[0]?.value : own)) {
    if (!isMap(block.value)) continue;
    // Beside its queues, a Redis has settings of its own.
    if (part.broker === "redis" && block.name !== "queues") {
      layOut(block.value, block.name.length);
      continue;
    }
    for (const { key, name, value } of pairsOf(block.value)) {
      layOut(value, name.length);
      comment(key, block.name, name);
    }
  }
  const head = [
    `# yaml-language-server: $schema=${schema}`,
    ...comments.flatMap((text) => wrapped(text).map((line) => `#${line}`)),
  ];
  // The layout of `queueform fmt`.
  return `${head.join("\n")}\n${document.toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: true })}`;
}

interface PairNodes {
  readonly key: Node & { commentBefore?: string | null; spaceBefore?: boolean };
  readonly name: string;
  readonly value: unknown;
}

function pairsOf(node: unknown): PairNodes[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key, name: String(key.value), value }] : [],
  );
}

/** Short things on one line, long ones on several. `indent` is what stands before on the line. */
function layOut(node: unknown, indent: number): void {
  if (!isMap(node) && !isSeq(node)) return;
  const { length } = JSON.stringify(node.toJSON());
  const hasList = isMap(node) && node.items.some(({ value }) => isSeq(value) && value.items.length > 1);
  if (
    node.items.length > 0 &&
    length + indent <= longestFlow &&
    !hasList &&
    !(isSeq(node) && node.items.length > 1 && isMap(node.items[0]))
  ) {
    node.flow = true;
    return;
  }
  for (const { name, value } of pairsOf(node)) layOut(value, name.length);
  if (isSeq(node)) for (const item of node.items) layOut(item, 0);
}

/** Lines that begin with the blank after their #. */
function wrapped(text: string): string[] {
  const lines = [""];
  // A name may hold anything, and a comment only one line.
  for (const word of text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").split(/ +/)) {
    const last = lines.at(-1)!;
    if (last !== "" && last.length + word.length > longestComment) lines.push(` ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
