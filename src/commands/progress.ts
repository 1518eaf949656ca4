import type { Console } from "./command.ts";

export interface Progress {
  /** What is being done now. */
  step(this: void, text: string): void;
  end(): void;
}

/** On a terminal one line that rewrites itself, elsewhere a line a step. */
export function progressOn(console: Console): Progress {
  if (!console.interactive) return { step: (text) => console.say(`${text}\n`), end: () => undefined };
  const width = process.stderr.columns || 80;
  return {
    step: (text) => console.say(`\r\u001b[2K${console.paintConversation("dim", text.slice(0, width - 1))}`),
    end: () => console.say("\r\u001b[2K"),
  };
}
