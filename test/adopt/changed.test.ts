import * as fc from "fast-check";
import { expect, test } from "vitest";
import { rules } from "../../src/rules/index.generated.ts";
import { isObject } from "../../src/topology/json.ts";
import { seed } from "../routing/seed.ts";
import { adopted, modelOf, readText } from "./adopting.ts";
import { definitions } from "./small-definitions.ts";

const runs = Math.ceil(Number(process.env["QUEUEFORM_TEST_MUTATIONS"] ?? 1500) / 5);

const oddTexts = "/ q e v * %2F amq.gen-1 __proto__ constructor << ~ null 1e3 stream".split(" ");
const oddValues: readonly unknown[] = [
  null,
  [],
  {},
  [{}],
  [[null]],
  { a: {} },
  -1,
  0,
  1.5,
  2 ** 70,
  true,
  false,
];
const change = fc.record({
  at: fc.nat(9999),
  how: fc.constantFrom("leave out", "say otherwise", "rename", "repeat", "exchange"),
  odd: fc.constantFrom(...oddTexts, ...oddValues, "", " ", "a: b #", "\n", "\u2028", "x".repeat(300)),
  other: fc.nat(9999),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Slot = readonly [container: Record<string, unknown>, key: string];

/** Everything in a value that could be otherwise. */
const slotsOf = (value: unknown): Slot[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]): Slot[] => [
        [value as Record<string, unknown>, key],
        ...slotsOf(inner),
      ])
    : [];

function put(container: object, name: string, value: unknown): void {
  const given: unknown = structuredClone(value);
  // Unlike an assignment this takes "__proto__" for a name.
  Object.defineProperty(container, name, {
    value: given,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function apply({ at, how, odd, other }: Change, value: unknown): void {
  const slots = slotsOf(value);
  const [container, key] = slots[at % slots.length] ?? [{}, ""];
  const old = container[key];
  if (how === "leave out" || how === "rename") Reflect.deleteProperty(container, key);
  if (how === "rename") put(container, String(odd), old);
  if (how === "say otherwise") put(container, key, odd);
  if (how === "exchange") {
    const [from, name] = slots[other % slots.length] ?? [{}, ""];
    put(container, key, from[name]);
  }
  if (how === "repeat" && Array.isArray(container)) {
    const copy: unknown = structuredClone(old);
    container.push(copy);
    const fields = isObject(copy) ? Object.keys(copy) : [];
    if (isObject(copy) && fields.length > 0) put(copy, fields[other % fields.length]!, odd);
  }
}

/** The lines on which the entries of lists begin, in JSON with an indentation of one: "queues/0" on line 94. */
function entryLines(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let list = "";
  let nth = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const name = /^ "((?:[^"\\]|\\.)*)": /.exec(line)?.[1];
    if (name !== undefined) [list, nth] = [name, 0];
    else if (/^ {2}[^ \]}]/.test(line)) found.set(`${list}/${nth++}`, index + 1);
  }
  return found;
}

/** What makes an entry the same as another; a second one like the first says nothing. */
const identityOf = (list: string, entry: Record<string, unknown>): string =>
  JSON.stringify([
    ...["name", "user", "source", "destination", "destination_type", "routing_key", "component"].map(
      (key) => entry[key] ?? null,
    ),
    entry["vhost"] ?? "/",
    list === "bindings" ? entry["arguments"] : null,
  ]);

/** What the broker has by itself, or what is part of another object. */
const needsNoWord = (list: string, entry: Record<string, unknown>): boolean =>
  (list === "exchanges" && (entry["name"] === "" || String(entry["name"]).startsWith("amq."))) ||
  // Those that go with a client's queue are named once for all of a vhost.
  (list === "bindings" && (entry["source"] === "" || String(entry["destination"]).startsWith("amq."))) ||
  list === "topic_permissions" ||
  entry["component"] === "vhost-limits" ||
  (list === "global_parameters" && entry["name"] === "cluster_name");

const knownLists = new Set(Object.keys(JSON.parse(definitions) as object));

test(
  `${runs} changed copies of an export lose nothing without a word (seed ${seed})`,
  { timeout: 600_000 },
  () => {
    let imported = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const value = JSON.parse(definitions) as Record<string, unknown>;
        for (const one of changes) apply(one, value);
        const text = JSON.stringify(value, null, 1);
        let found;
        try {
          found = readText("definitions.json", text);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: [0-9]+:[0-9]+ ./);
          return;
        }
        imported++;
        const result = adopted(found);
        expect(result.changes).toEqual([]);
        for (const { check } of rules) check(modelOf(result), ({ what }) => expect(what).not.toBe(""));
        const named = new Set([
          ...found.objects.map(({ origin }) => origin?.line),
          ...result.notes.map(({ place }) => Number(/:([0-9]+)$/.exec(place)?.[1])),
        ]);
        const lost = [...entryLines(text)].filter(([path, line]) => {
          const [list = "", nth] = path.split("/");
          const entries = value[list];
          if (named.has(line) || !Array.isArray(entries)) return false;
          if (!knownLists.has(list))
            return !result.notes.some(({ text: said }) => said.startsWith(`"${list}" is not known`));
          const entry: unknown = entries[Number(nth)];
          if (!isObject(entry) || needsNoWord(list, entry)) return false;
          const identity = identityOf(list, entry);
          return (
            entries.findIndex((one) => isObject(one) && identityOf(list, one) === identity) === Number(nth)
          );
        });
        expect(lost).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
    expect(imported).toBeGreaterThan(runs / 20);
  },
);
