import { stringify } from "yaml";
import type { PlanObject } from "../../plan/plan.ts";
import type { Change, Step } from "../changes.ts";

/** Both sides of a review by key, and what may be asked of them. */
export interface Sides {
  readonly before: ReadonlyMap<string, PlanObject>;
  readonly after: ReadonlyMap<string, PlanObject>;
  /** The bindings of the side before, by the key of each object that they need. */
  readonly bindings: ReadonlyMap<string, readonly PlanObject[]>;
  /** What patterns made of the side before, by vhost or cluster, where dead letters and retries go and wait. */
  readonly wiring: ReadonlyMap<string, readonly PlanObject[]>;
  /** By key; what ways out must know of the other changes. */
  readonly changes: ReadonlyMap<string, Change>;
  /** "ENV" where none is known. */
  readonly environment: string;
}

/** Where a queue, exchange or topic is. */
export const placeOf = ({ cluster, spec }: PlanObject): string => JSON.stringify([cluster, spec["vhost"]]);

/** Finds steps for one change; undefined where none are needed. */
export type WayOut = (change: Change, sides: Sides) => readonly Step[] | undefined;

/** A name beside `name` that nothing has yet: orders.v2, then orders.v3. */
export function nextName(name: string, isTaken: (candidate: string) => boolean): string {
  const [, base = name, number = "1"] = /^(.*)\.v([0-9]+)$/.exec(name) ?? [];
  for (let version = Number(number) + 1; ; version++) {
    const candidate = `${base}.v${version}`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** A part of a topology file: each word of an object takes the place of what stands there for it, all else stays. */
export const yamlOf = (value: object): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** A part of a file about one vhost. */
export const inVhost = ({ cluster, spec }: PlanObject, blocks: object): string =>
  yamlOf({
    rabbitmq: {
      ...(cluster !== "main" && { cluster }),
      ...(spec["vhost"] !== "/" && { vhost: spec["vhost"] }),
      ...blocks,
    },
  });

/** The last step: what is old goes, with the words of both engines. */
export const deletion = (what: string, keys: readonly string[], { environment }: Sides): Step => ({
  text: `Delete ${what}: out of the files, with an approval in topology/approvals.yaml. "queueform release --env ${environment}" then lifts the protection of what is empty. Where the direct engine is in charge: queueform apply --env ${environment} ${deleting(keys)}`,
});

export const deleting = (keys: readonly string[]): string =>
  keys.map((key) => `--delete ${/^[\w./-]+$/.test(key) ? key : `'${key}'`}`).join(" ");

export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

export const nameOf = ({ spec }: PlanObject): string => String(spec["name"]);
