import { kinds } from "../kinds/definitions.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import { isObject } from "../topology/json.ts";
import { editDistance } from "../topology/nearest.ts";
import { nameOf } from "./called.ts";
import type { Change } from "./changes.ts";
import { dependentsIn } from "./dependents.ts";

/** Pairs score from 0 to 1; below this they are two different things. */
const clear = 0.6;
/** And the next best guess must be worse by this much. */
const margin = 0.05;
/** Where more than this many pairs are possible, nobody renamed a thing by hand. */
const mostPairs = 40_000;

/** What tells one object from others. */
interface Traits {
  readonly key: string;
  readonly name: string;
  /** Its spec, and who consumes it, as `path=value`. */
  readonly own: ReadonlySet<string>;
  /** The same of what depends on it. */
  readonly around: ReadonlySet<string>;
}

interface Pair {
  readonly removed: Traits;
  readonly added: Traits;
  readonly score: number;
}

/**
 * Marks what looks renamed, because no broker can rename: the old object goes and a new, empty one comes. Objects match
 * by their names, by what they are, and by what hangs on them (bindings, rights); only pairs that are clear are marked.
 */
export function withRenames(
  changes: readonly Change[],
  before: readonly PlanObject[],
  after: readonly PlanObject[],
): Change[] {
  const removed = Map.groupBy(
    changes.flatMap((change) =>
      change.operation === "remove" && matters(change) ? (change.before ?? []) : [],
    ),
    placeOf,
  );
  const added = Map.groupBy(
    changes.flatMap((change) => (change.operation === "add" ? (change.after ?? []) : [])),
    placeOf,
  );
  const partners = new Map<string, Traits>();
  for (const [place, olds] of removed) {
    const news = added.get(place) ?? [];
    const pairs = olds.length * news.length;
    if (place === undefined || pairs === 0 || pairs > mostPairs) continue;
    for (const pair of clearPairs(traitsOf(olds, before), traitsOf(news, after))) {
      partners.set(pair.removed.key, pair.added);
      partners.set(pair.added.key, pair.removed);
    }
  }
  return changes.map((change) => {
    const partner = partners.get(change.key);
    return partner ? { ...change, renamed: partner.key, sentence: sentenceOf(change, partner) } : change;
  });
}

/** Whether it holds or routes messages: of other things nothing is lost but their names. */
const matters = ({ kind, impact, before }: Change): boolean =>
  impact === "message-loss" || (before !== undefined && kinds[kind]?.protects(before.spec) === true);

const sentenceOf = ({ operation, sentence }: Change, { name }: Traits): string =>
  operation === "remove"
    ? `${sentence} It looks renamed to "${name}", but that is a delete and a create: nothing in the old one moves to the new one.`
    : `${sentence} It looks like "${name}" under another name, but it starts empty: nothing in the old one moves to it.`;

/** Where a name must be unique: one kind in one vhost, cluster or namespace. undefined for what has no name. */
function placeOf(object: PlanObject): string | undefined {
  if (nameOf(object) === undefined) return undefined;
  const { kind, cluster, spec } = object;
  const namespace = isObject(spec["metadata"]) ? spec["metadata"]["namespace"] : undefined;
  return JSON.stringify([kind, cluster, spec["vhost"], spec["kind"], namespace]);
}

function traitsOf(chosen: readonly PlanObject[], all: readonly PlanObject[]): Traits[] {
  const dependents = dependentsIn(all);
  return chosen.map((object) => {
    const name = nameOf(object) ?? "";
    return {
      key: object.key,
      name,
      own: new Set([...leaves(object.spec, name), ...leaves(object.operations ?? {}, name)]),
      around: new Set(
        (dependents.get(object.key) ?? []).map(({ kind, spec }) => [kind, ...leaves(spec, name)].join("\n")),
      ),
    };
  });
}

/** The leaves of a value; the object's own name, also at the beginning of others, is left out of them. */
function leaves(value: unknown, name: string, path = ""): string[] {
  if (isObject(value))
    return Object.entries(value).flatMap(([key, inner]) => leaves(inner, name, `${path}.${key}`));
  const isOwn = typeof value === "string" && (value === name || value.startsWith(`${name}.`));
  return [`${path}=${isOwn ? value.slice(name.length) : JSON.stringify(value)}`];
}

function clearPairs(removed: readonly Traits[], added: readonly Traits[]): Pair[] {
  const pairs = removed.flatMap((one) =>
    added.map((other): Pair => ({ removed: one, added: other, score: likeness(one, other) })),
  );
  const byRemoved = Map.groupBy(pairs, (pair) => pair.removed);
  const byAdded = Map.groupBy(pairs, (pair) => pair.added);
  return pairs.filter(
    (pair) =>
      pair.score >= clear &&
      [...(byRemoved.get(pair.removed) ?? []), ...(byAdded.get(pair.added) ?? [])].every(
        (rival) => rival === pair || rival.score < pair.score - margin,
      ),
  );
}

/** Names count most, unless the same bindings or rights say that it is the same thing. */
function likeness(one: Traits, other: Traits): number {
  const name = 1 - editDistance(one.name, other.name) / Math.max(one.name.length, other.name.length, 1);
  const wiring = one.around.size === 0 ? 0 : overlap(one.around, other.around);
  return (2 * Math.max(name, wiring) + name + overlap(one.own, other.own)) / 4;
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const all = one.union(other).size;
  return all === 0 ? 1 : one.intersection(other).size / all;
}
