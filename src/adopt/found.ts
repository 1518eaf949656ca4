import type { Broker } from "../kinds/kind.ts";
import { digest, keyOf, userKey } from "../kinds/key.ts";
import type { Origin, PlanObject } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import { type Mark, positionOf } from "../topology/mark.ts";

/**
 * What a source holds. Every source (a file, a live broker) is turned into this, and everything after it knows no source:
 * a new one is a function that returns it. Objects have the canonical specs that the kinds' live facets make, with an
 * origin where they were read from a file; users carry `passwordReference`, never a password or its hash.
 */
export interface Found {
  readonly objects: readonly PlanObject[];
  /** What the source says and no object can carry. */
  readonly notes: readonly Note[];
  /** Versions as major.minor, by `clusterPlace`; clusters of unknown version are absent. */
  readonly versions: ReadonlyMap<string, string>;
  /** Keys of what Queueform made inside of objects, as its marks say: `apply` deletes it where no file says it. */
  readonly marked?: ReadonlySet<string>;
}

/** Something that is there and will not be in the files. */
export interface Note {
  /** Where it was read: `file:line`, or the broker. */
  readonly place: string;
  /** The key that it has or belongs to, or the beginning of one: `clusterPlace`, `vhostPlace`. Says beside what it is written. */
  readonly about: string;
  /** The key of the object that is left out; absent for what is no object of ours. */
  readonly key?: string;
  /** Keys of further objects that are left out, which the text speaks of too. */
  readonly alsoKeys?: readonly string[];
  /** Full sentences for a person, without secrets. */
  readonly text: string;
}

export const clusterPlace = (broker: Broker, cluster: string): string => keyOf(broker, cluster);
export const vhostPlace = (cluster: string, vhost: string): string => keyOf("rabbitmq", cluster, vhost);

/**
 * What was found in one vhost, with the users that may use it; what is on other brokers stays. Throws UsageError when nothing
 * was found in such a vhost.
 */
export function onlyVhost(found: Found, vhost: string): Found {
  const vhosts = new Set(found.objects.flatMap((object) => vhostOf(object) ?? []));
  if (!vhosts.has(vhost))
    throw new UsageError(
      `There is no vhost ${JSON.stringify(vhost)} to import. There ${vhosts.size === 1 ? "is" : "are"}: ${[...vhosts].map((name) => JSON.stringify(name)).join(", ") || "none"}.`,
    );
  const isElsewhere = (object: PlanObject): boolean => (vhostOf(object) ?? vhost) !== vhost;
  const inside = found.objects.filter((object) => !isElsewhere(object));
  const users = new Set(
    inside
      .filter(({ kind }) => kind === "rabbitmq-permission")
      .map(({ cluster, spec }) => userKey("rabbitmq", cluster, String(spec["user"]))),
  );
  const others = new Set(found.objects.filter(isElsewhere).map(placeOfObject));
  return {
    ...found,
    objects: inside.filter(({ kind, key }) => kind !== "rabbitmq-user" || users.has(key)),
    notes: found.notes.filter(({ about }) => !others.has(about.split("/").slice(0, 3).join("/"))),
  };
}

/** undefined for what is in none. */
function vhostOf({ kind, spec }: PlanObject): string | undefined {
  const name = kind === "rabbitmq-vhost" ? spec["name"] : spec["vhost"];
  return typeof name === "string" ? name : undefined;
}

const placeOfObject = ({ key }: PlanObject): string => key.split("/").slice(0, 3).join("/");

/**
 * The secret that a user's password is said to be: `${secret:WEB_PASSWORD}` for the user "web". No two users have the same,
 * whoever else is found: what capital letters and underscores can't tell apart, a digest of the name does.
 */
export function passwordReference(user: string): string {
  const isPlain = /^[a-z][a-z0-9]*([-_][a-z0-9]+)*$/.test(user);
  const readable = user
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "");
  const name = isPlain
    ? user.replaceAll("_", "__").replaceAll("-", "_")
    : `${readable === "" ? "USER" : readable}_${digest(user)}`;
  return `\${secret:${name.toUpperCase()}_PASSWORD}`;
}

export function originOf({ source, start }: Mark): Origin {
  return { file: source.path, ...positionOf(source, start) };
}

/** `definitions.json:12`. */
export const placeOf = ({ file, line }: Origin): string => `${file}:${line}`;

export function together(all: readonly Found[]): Found {
  return {
    objects: all.flatMap(({ objects }) => objects),
    notes: all.flatMap(({ notes }) => notes),
    versions: new Map(all.flatMap(({ versions }) => [...versions])),
    marked: new Set(all.flatMap(({ marked = [] }) => [...marked])),
  };
}
