import { exchangeKey } from "../../kinds/key.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { isObject } from "../../topology/json.ts";
import type { Step } from "../changes.ts";
import { deletion, inVhost, listed, nameOf, nextName, type Sides, type WayOut } from "./words.ts";

/** Two exchanges can lead to the same queues, so publishers go over one by one, and no message is in two places. */
export const exchangeWayOut: WayOut = (change, sides) => {
  const { before, after } = change;
  if (!before || change.effect === "in-place" || before.addedBy !== undefined) return undefined;
  const successor = after ?? sides.after.get(change.renamed ?? "");
  return successor?.written ? twins(before, successor, sides) : abandoned(before, sides);
};

function twins(before: PlanObject, successor: PlanObject, sides: Sides): Step[] {
  const old = nameOf(before);
  const at = String(before.spec["vhost"]);
  const isTaken = (name: string): boolean => {
    const key = exchangeKey(before.cluster, at, name);
    return sides.before.has(key) || sides.after.has(key);
  };
  const name = successor.key === before.key ? nextName(old, isTaken) : nameOf(successor);
  const ends = destinationsOf(before, sides);
  const bound = (entriesOf: (end: PlanObject, own: unknown[]) => unknown[]) =>
    blocksOf(ends.map((end) => [end, { bind: entriesOf(end, bindOf(end)) }]));
  const ofOld = (entry: unknown): boolean => isObject(entry) && entry["exchange"] === old;
  // The new settings may need new keys, which stand on the other side.
  const wanted = (end: PlanObject): unknown[] =>
    bindOf(sides.after.get(end.key) ?? end)
      .filter((entry) => isObject(entry) && (entry["exchange"] === old || entry["exchange"] === name))
      .map((entry) => ({ ...(isObject(entry) && entry), exchange: name }));
  const both = bound((end, own) => [...own, ...wanted(end)]);
  const pointing = pointingTo(before, sides);
  return [
    {
      text: `Add exchange "${name}" beside "${old}", with the settings that "${old}" was to get, and bind to it what is bound to "${old}": a queue gets one copy of a message, whichever of them it comes through.`,
      yaml: inVhost(before, { ...both, exchanges: { ...both["exchanges"], [name]: successor.written } }),
    },
    {
      text: `Let publishers publish to "${name}" instead of "${old}". Where users are made from the files (access: managed), add it to what they publish first.`,
    },
    ...(pointing.length > 0
      ? [{ text: `Let what points to "${old}" point to "${name}": ${listed(pointing)}.` }]
      : []),
    {
      text: `Wait until nothing is published to "${old}" any more: the management UI shows its rate.`,
    },
    {
      ...deletion(`exchange "${old}" and its bindings`, [before.key], sides),
      yaml: inVhost(
        before,
        bound((end, own) => [...own.filter((entry) => !ofOld(entry)), ...wanted(end)]),
      ),
    },
  ];
}

function abandoned(before: PlanObject, sides: Sides): Step[] {
  return [
    {
      text: `Stop whoever publishes to exchange "${nameOf(before)}", and wait until the management UI shows a rate of zero for it.`,
    },
    deletion(`exchange "${nameOf(before)}"`, [before.key], sides),
  ];
}

const bindOf = ({ written }: PlanObject): unknown[] => {
  const bind = written?.["bind"];
  return Array.isArray(bind) ? bind : [];
};

/** The queues and exchanges that people bound to it. */
function destinationsOf(exchange: PlanObject, { before, bindings }: Sides): PlanObject[] {
  const keys = (bindings.get(exchange.key) ?? []).flatMap(({ dependsOn }) => dependsOn);
  return [...new Set(keys)]
    .flatMap((key) => before.get(key) ?? [])
    .filter((end) => bindOf(end).some((entry) => isObject(entry) && entry["exchange"] === nameOf(exchange)));
}

type Blocks = Record<string, Record<string, object>>;

function blocksOf(ends: readonly (readonly [PlanObject, object])[]): Blocks {
  const blocks: Blocks = {};
  for (const [end, words] of ends) {
    const block = end.kind === "rabbitmq-queue" ? "queues" : "exchanges";
    blocks[block] = { ...blocks[block], [nameOf(end)]: words };
  }
  return blocks;
}

/** Whose alternate or dead-letter exchange it is; those are words of other objects. */
function pointingTo(exchange: PlanObject, { before }: Sides): string[] {
  const old = nameOf(exchange);
  return [...before.values()]
    .filter(({ cluster, spec }) => cluster === exchange.cluster && spec["vhost"] === exchange.spec["vhost"])
    .flatMap((object) => {
      const deadLetter = object.written?.["deadLetter"];
      const settings = isObject(object.spec["arguments"]) ? object.spec["arguments"] : {};
      if (isObject(deadLetter) && deadLetter["exchange"] === old)
        return [`the deadLetter of queue "${nameOf(object)}"`];
      if (settings["x-dead-letter-exchange"] === old)
        return [
          `the dead letters of queue "${nameOf(object)}", which are an argument: it needs a way out too`,
        ];
      if (settings["alternate-exchange"] === old)
        return [
          `the alternate of exchange "${nameOf(object)}", which is an argument: it needs a way out too`,
        ];
      return [];
    });
}
