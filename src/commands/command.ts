import type { Paint } from "../report/style.ts";

/** The same everywhere, and printed in --help. 0 never means "could not look". */
export const exit = {
  ok: 0,
  /** Problems at or above --fail-on, or something that was refused. */
  findings: 1,
  /** Changes or drift. */
  changes: 2,
  /** A broker could not be asked, or Queueform itself failed. */
  couldNotCheck: 3,
  /** Called in a way that can't work. */
  usage: 64,
} as const;

/** Several at once: the worst decides. */
export function worst(...codes: number[]): number {
  const order = [exit.usage, exit.couldNotCheck, exit.findings, exit.changes];
  return order.find((code) => codes.includes(code)) ?? exit.ok;
}

/** Where a command writes: its product to stdout, everything it says meanwhile to stderr. */
export interface Console {
  readonly paint: Paint;
  readonly paintConversation: Paint;
  readonly quiet: boolean;
  /** Whether a person watches: then progress may rewrite its line. */
  readonly interactive: boolean;
  print(product: string): void;
  say(conversation: string): void;
}

export interface Option {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly short?: string;
  /** Shown after the name: `--env ENV`. */
  readonly placeholder?: string;
  readonly description: string;
  /** Allowed values. */
  readonly values?: readonly string[];
}

/** What `parseArgs` gives: lists for options that may be repeated. */
export type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

export interface Command {
  /** After the name of the command: `[PATH...]`. */
  readonly positionals: string;
  /** How many positional arguments it takes; undefined for any number. */
  readonly maximumPositionals?: number;
  readonly description: string;
  readonly options: Readonly<Record<string, Option>>;
  run(paths: readonly string[], values: Values, console: Console): Promise<number>;
}

export const environmentOption: Option = {
  type: "string",
  placeholder: "ENV",
  description: "The environment: stacks/Pulumi.ENV.yaml",
};
export const timeoutOption: Option = {
  type: "string",
  placeholder: "SECONDS",
  description:
    "How long a broker may be silent before it is given up (default: 8 until it says who it is, then 30; Redis 5). An answer that keeps coming may take ten times as long",
};
export const outputOption: Option = {
  type: "string",
  short: "o",
  placeholder: "FORMAT",
  description: "pretty or json",
  values: ["pretty", "json"],
};

export const text = (values: Values, name: string): string | undefined =>
  typeof values[name] === "string" ? values[name] : undefined;
export const list = (values: Values, name: string): string[] => [values[name] ?? []].flat().map(String);
export const isJson = (values: Values): boolean => values["output"] === "json";
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
