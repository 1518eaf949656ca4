import { basename } from "node:path";
import { clusterPlace, type Note } from "../found.ts";
import { type Mapping, domainsOf } from "./domains.ts";
import type { Entry, Part } from "./entry.ts";
import { fileText } from "./file.ts";

export interface WrittenFile {
  /** Below the folder that is written to. */
  readonly path: string;
  readonly text: string;
  /** How many of the found objects it says. */
  readonly objects: number;
}

/**
 * Puts the entries of all parts into files: one a domain, and one a vhost where there are several, because a file names one.
 * What can't be said stands as a comment beside what it belongs to, or at the top.
 */
export function filesOf(
  parts: readonly Part[],
  notes: readonly Note[],
  mapping: Mapping | undefined,
  schemaFor: (path: string) => string,
): WrittenFile[] {
  const filled = parts.filter(({ entries }) => entries.length > 0);
  const names = namesOf(filled);
  const left = new Set(notes);
  return filled.flatMap((part, index) => {
    const rest = names[index]!;
    const domains = domainsOf(part, rest, mapping);
    const groups = [...Map.groupBy(part.entries, (entry) => domains.get(entry)!)].toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const fileNames = distinct(groups.map(([domain]) => slug(domain)));
    const main = Math.max(
      0,
      groups.findIndex(([domain]) => domain === rest),
    );
    const files = groups.map(([domain, entries]) => ({
      domain,
      entries: entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((entry) => commented(entry, left)),
    }));
    // Beside what it is about where that is written, otherwise at the top of the file of what belongs to nothing.
    const top = [...left].filter(({ about }) => isIn(about, part, filled));
    for (const note of top) left.delete(note);
    return files.map(({ domain, entries }, at): WrittenFile => {
      const name = `${fileNames[at]!}.yaml`;
      const folder = filled.length > 1 && groups.length > 1 ? `${rest}/` : "";
      const path = filled.length > 1 && groups.length === 1 ? `${rest}.yaml` : `${folder}${name}`;
      const comments = at === main ? top.map(shown) : [];
      return {
        path,
        text: fileText(domain, part, entries, comments, schemaFor(path)),
        objects: new Set(entries.flatMap(({ says }) => says)).size,
      };
    });
  });
}

const plainName = ({ broker, vhost }: Part): string => slug(vhost === "/" ? broker : (vhost ?? broker));

/** Of each part: its vhost or broker, and its cluster where others have the same of another one. */
function namesOf(parts: readonly Part[]): string[] {
  const clusters = Map.groupBy(parts, plainName);
  const isShared = (part: Part): boolean =>
    clusters.get(plainName(part))!.some(({ cluster }) => cluster !== part.cluster);
  return distinct(parts.map((part) => (isShared(part) ? slug(part.cluster) : plainName(part))));
}

function commented(entry: Entry, left: Set<Note>): Entry {
  const own = [...left].filter(({ about }) => entry.says.includes(about));
  for (const note of own) left.delete(note);
  return { ...entry, comments: [...entry.comments, ...own.map(shown)] };
}

/** Without the folders of whoever imported it. */
const shown = ({ text, place }: Note): string =>
  `Not taken over: ${text} (${place.includes(" ") ? place : basename(place)})`;

/** Users and the like are in no vhost: they stand in the first file of their cluster. */
function isIn(about: string, part: Part, parts: readonly Part[]): boolean {
  const { broker, cluster, place } = part;
  const first = parts.find((one) => one.broker === broker && one.cluster === cluster);
  return (
    about === place ||
    about.startsWith(`${place}/`) ||
    (first === part && about === clusterPlace(broker, cluster))
  );
}

function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return plain === "" ? "vhost" : plain.slice(0, 60);
}

function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth === 1 ? name : `${name}-${nth}`;
  });
}
