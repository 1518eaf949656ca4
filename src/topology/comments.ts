import { Lexer } from "yaml";
import type { Mark, Source } from "./mark.ts";

export interface Comment {
  /** Without the # and the blanks around it. */
  readonly text: string;
  readonly mark: Mark;
  /** Nothing else stands on its line. */
  readonly isAlone: boolean;
}

/** What the lexer puts between the pieces of the text: they stand for no characters in it. */
const controls = new Set(["\u0002", "\u0018", "\u001f"]);
const beforeScalar = "\u001f";

/** The comments of a YAML text, from top to bottom. A # inside a value is none. */
export function commentsOf(source: Source): Comment[] {
  const found: Comment[] = [];
  let start = 0;
  let previous = "";
  for (const piece of new Lexer().lex(source.text)) {
    if (piece.startsWith("#") && previous !== beforeScalar) {
      const lineStart = source.text.lastIndexOf("\n", start - 1) + 1;
      found.push({
        text: piece.slice(1).trim(),
        mark: { source, start, end: start + piece.length },
        isAlone: source.text.slice(lineStart, start).trim() === "",
      });
    }
    if (!controls.has(piece)) start += piece.length;
    previous = piece;
  }
  return found;
}
