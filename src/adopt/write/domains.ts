import { UsageError } from "../../topology/files.ts";
import { globMatches } from "../../topology/glob.ts";
import { isObject } from "../../topology/json.ts";
import type { Entry, Part } from "./entry.ts";

/** Which names belong to which domain, first match first. */
export type Mapping = readonly { readonly domain: string; readonly names: readonly string[] }[];

/** So many named things are read at a glance: splitting fewer helps nobody. */
const fewEnough = 24;
/** A prefix that fewer names share is no domain of its own. */
const smallest = 3;
/** Words that say what a thing is to the broker, and not what it is about. */
const mechanical = new Set(
  `amq amqp rabbit rabbitmq mq q queue queues ex exchange exchanges topic fanout direct headers dl dlq dlx dle dead letter
  deadletter deadletters error errors failed skipped retry retries wait delay delayed parking parkinglot requeue tmp
  temp`.split(/\s+/),
);

/** Throws UsageError for anything but domains with lists of names. */
export function mappingOf(value: unknown, path: string): Mapping {
  const entries = isObject(value) ? Object.entries(value) : [];
  const mapping = entries.map(([domain, names]) => ({ domain, names: [names].flat() }));
  if (mapping.length === 0 || mapping.some(({ names }) => !names.every((name) => typeof name === "string")))
    throw new UsageError(
      `${path} must say which names belong to which domain: "orders: [orders, orders.*]", a line each.`,
    );
  return mapping.map(({ domain, names }) => ({ domain, names: names.map(String) }));
}

/**
 * The domain of each entry: as the mapping says, otherwise the prefix of its name where that is shared by some, otherwise
 * `rest`. Policies go where all that they are for is, and what belongs to nothing by name goes to `rest`.
 */
export function domainsOf(
  { broker, entries }: Part,
  rest: string,
  mapping: Mapping | undefined,
): ReadonlyMap<Entry, string> {
  // A Redis is declared once, with all its queues.
  if (broker === "redis") return new Map(entries.map((entry) => [entry, rest]));
  const things = entries.filter(({ block }) => named.has(block));
  const byName = mapping
    ? (name: string) =>
        mapping.find(({ names }) => names.some((glob) => globMatches(glob, name)))?.domain ?? rest
    : byPrefix(
        things.map(({ name }) => name),
        rest,
      );
  return new Map(
    entries.map((entry) => {
      if (named.has(entry.block) || mapping) return [entry, byName(entry.name)];
      if (entry.block !== "policies") return [entry, rest];
      const domains = new Set(
        things.filter(({ name }) => matches(entry, name)).map(({ name }) => byName(name)),
      );
      return [entry, domains.size === 1 ? [...domains][0]! : rest];
    }),
  );
}

const named = new Set(["exchanges", "queues", "topics"]);

/** Groups names by what they share from the beginning, and large groups again by what comes next. */
function byPrefix(names: readonly string[], rest: string): (name: string) => string {
  const words = new Map(names.map((name) => [name, wordsOf(name)]));
  const domains = new Map<string, string>();
  const split = (group: readonly string[], shared: readonly string[]): void => {
    const isLarge = group.length > fewEnough;
    const next = Map.groupBy(group, (name) => words.get(name)?.[shared.length]?.word);
    const [first] = next.keys();
    const goesOn = isLarge || words.get(group[0]!)?.[shared.length]?.isNew === false;
    if (next.size === 1 && first !== undefined && goesOn) return split(group, [...shared, first]);
    if (shared.length > 0) for (const name of group) domains.set(name, shared.join("-"));
    if (!isLarge) return;
    for (const [word, own] of next)
      if (word !== undefined && own.length >= smallest && !isNumber(word)) split(own, [...shared, word]);
  };
  if (names.length > fewEnough) split(names, []);
  return (name) => domains.get(name) ?? rest;
}

/** Numbers and identifiers tell many things of a kind apart, each of which is no domain. */
const isNumber = (word: string): boolean => /^[0-9]|[0-9]{2}/.test(word);

interface Word {
  readonly word: string;
  /** Whether a new part of the name begins here, as after a dot. */
  readonly isNew: boolean;
}

/** `orders`, `fulfil` of "orders.fulfil", "dlq-orders-fulfil" and "OrdersFulfilQueue". */
const wordsOf = (name: string): Word[] =>
  name.split(/[.:/]/).flatMap((part) =>
    part
      .split(/[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u)
      .map((word) => word.toLowerCase())
      .filter((word) => word !== "" && !mechanical.has(word))
      .map((word, index) => ({ word, isNew: index === 0 })),
  );

function matches({ value }: Entry, name: string): boolean {
  try {
    return new RegExp(String(value["pattern"]), "u").test(name);
  } catch {
    // The broker reads more patterns than JavaScript does; such a policy stands with the rest.
    return false;
  }
}
