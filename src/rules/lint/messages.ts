import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Model } from "../../plan/model.ts";
import { namedValues, type NamedValue, type TopologyFile } from "../../topology/file.ts";

export interface Message extends NamedValue {
  readonly file: TopologyFile;
}

export const messagesOf = ({ files }: Model): Message[] =>
  files.flatMap((file) => namedValues(file, "messages").map((message) => ({ ...message, file })));

/** What a message says in place or in a file beside it, or why it can't be read, as the end of a sentence. */
export type Body = { readonly value: unknown } | { readonly problem: string };

/** `written` is a path relative to the topology file, or the value itself. */
export function bodyOf(file: TopologyFile, written: unknown): Body {
  if (typeof written !== "string") return { value: written };
  let text: string;
  try {
    text = readFileSync(resolve(dirname(file.source.path), written), "utf8");
  } catch (error) {
    return { problem: `can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})` };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: "is not JSON" };
  }
}
