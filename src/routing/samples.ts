import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { Json } from "../topology/json.ts";

/** Messages that are alike for the bindings that were looked at. */
export interface Sample {
  /** The words of the routing key, null for any one word; absent for any key at all. */
  readonly words?: readonly (string | null)[];
  /** The key or pattern that somebody wrote: several samples can stand for one pattern. */
  readonly pattern?: string;
  readonly headers: Readonly<Record<string, Json>>;
}

/** No binding asks for this word or value, so what takes it would take anything in its place. */
const anything = "anything";

/** The key of a message like that, to be published. */
export const keyOf = ({ words }: Sample): string => (words ?? []).map((word) => word ?? anything).join(".");

/**
 * Samples of what a binding takes. If others together take all that this one takes, they take these; if they leave
 * something out, they leave out one of these. `longest` is the number of words in the longest pattern around: # is
 * tried up to one word more, because whoever takes that many takes any number.
 */
export function samplesOf(
  { routingKey, arguments: values }: BindingSpec,
  type: string,
  longest: number,
): Sample[] {
  switch (type) {
    case "topic":
      return expand(split(routingKey), longest + 1).map((words) => ({
        words,
        pattern: routingKey,
        headers: {},
      }));
    case "direct":
      return [
        { ...named(routingKey), ...(/[*#]/.test(routingKey) && { pattern: `the key "${routingKey}"` }) },
      ];
    case "headers":
      return headerSamples(values);
    default:
      return [{ headers: {} }];
  }
}

/** Whether it is one key, and not any of many. */
export const isKey = ({ words }: Sample): boolean => words !== undefined && !words.includes(null);

/** A message with just this key. */
export const named = (key: string): Sample => ({ words: split(key), pattern: key, headers: {} });

/** Keys of every length that no pattern asks for. */
export const unasked = (longest: number): Sample[] =>
  expand(["#"], longest + 1).map((words) => ({ words, pattern: "every other key", headers: {} }));

/** What both samples stand for; undefined when no message is like both. */
export function both(a: Sample, b: Sample): Sample | undefined {
  if (a.words && b.words && !fit(a.words, b.words)) return undefined;
  for (const [name, value] of Object.entries(b.headers))
    if (name in a.headers && a.headers[name] !== value) return undefined;
  const headers = { ...a.headers, ...b.headers };
  const [one, other] = [a, b].filter(({ words }) => words);
  if (!one?.words || !other?.words) return { ...one, headers };
  const words = one.words.map((word, index) => word ?? other.words?.[index] ?? null);
  const same = [one, other].find((sample) => sample.words?.join(".") === words.join("."));
  return { words, pattern: same?.pattern ?? words.map((word) => word ?? "*").join("."), headers };
}

/**
 * How people say it, each once: keys, patterns and headers; [] for any message. Of all that was `tried`, these may be
 * only a part of what a pattern stands for: then their words are said.
 */
export function labelsOf(samples: readonly Sample[], tried: readonly Sample[]): string[] {
  const count = (some: readonly Sample[], one: Sample): number =>
    some.filter((other) => isLike(one, other)).length;
  // With fewer headers the same is said of more messages.
  const plain = samples.filter((one) => !samples.some((other) => saysMore(other, one)));
  const labels = plain.map((one) => {
    const { pattern, words = [], headers } = one;
    const whole = !pattern?.includes("#") || count(samples, one) === count(tried, one);
    const key = whole ? pattern : words.map((word) => word ?? "*").join(".");
    const written = Object.entries(headers).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return [...(key === undefined ? [] : [key === "" ? '""' : key]), ...written].join(" ");
  });
  return [...new Set(labels)].filter((label) => label !== "");
}

const saysMore = (a: Sample, b: Sample): boolean => {
  const [few, many] = [Object.entries(a.headers), Object.keys(b.headers)];
  return (
    a.pattern === b.pattern &&
    few.length < many.length &&
    few.every(([name, value]) => b.headers[name] === value)
  );
};

const isLike = (a: Sample, b: Sample): boolean =>
  a.pattern === b.pattern && JSON.stringify(a.headers) === JSON.stringify(b.headers);

const fit = (a: readonly (string | null)[], b: readonly (string | null)[]): boolean =>
  a.length === b.length && a.every((word, index) => word === null || b[index] === null || word === b[index]);

/** The empty key has no words. */
const split = (key: string): string[] => (key === "" ? [] : key.split("."));

/** The lists of at most `longest` words that a pattern stands for; never fewer than its shortest. */
function expand(pattern: readonly string[], longest: number): (string | null)[][] {
  const at = pattern.indexOf("#");
  if (at === -1) return [pattern.map((word) => (word === "*" ? null : word))];
  const before = pattern.slice(0, at).map((word) => (word === "*" ? null : word));
  const after = pattern.slice(at + 1);
  const spare = Math.max(0, longest - before.length - after.filter((word) => word !== "#").length);
  return Array.from({ length: spare + 1 }, (_, count) =>
    expand(after, longest - before.length - count).map((rest) => [
      ...before,
      ...Array.from({ length: count }, () => null),
      ...rest,
    ]),
  ).flat();
}

function headerSamples(values: Readonly<Record<string, Json>>): Sample[] {
  const match = values["x-match"] ?? "all";
  const compared = Object.entries(values)
    .filter(([name]) => (String(match).endsWith("-with-x") ? name !== "x-match" : !name.startsWith("x-")))
    .map(([name, value]): [string, Json] => [name, value ?? anything]);
  const alternatives = String(match).startsWith("any") ? compared.map((one) => [one]) : [compared];
  return alternatives.map((headers) => ({ headers: Object.fromEntries(headers) }));
}
