import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it alone. */
export type Paint = (format: Format, text: string) => string;

export const plain: Paint = (_format, text) => text;
const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false });

/** `always` and `never` are orders; `auto` colours a terminal, and honours NO_COLOR and FORCE_COLOR. */
export function paintFor(
  mode: "auto" | "always" | "never",
  stream: { isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): Paint {
  if (mode !== "auto") return mode === "always" ? coloured : plain;
  if (environment["NO_COLOR"]) return plain;
  if (environment["FORCE_COLOR"]) return environment["FORCE_COLOR"] === "0" ? plain : coloured;
  return stream.isTTY ? coloured : plain;
}

/** "1 queue", "3 queues". */
export function count(number: number, noun: string): string {
  const plural = noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}
