import type { Environment } from "../environment/environment.ts";
import { checkShape } from "../language/shape.ts";
import { compile, planOf } from "../plan/model.ts";
import type { PlanObject } from "../plan/plan.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import type { TopologyFile } from "../topology/file.ts";
import { parseYaml } from "../topology/yaml.ts";
import { type Found, type Note, placeOf } from "./found.ts";
import type { Mapping } from "./write/domains.ts";
import type { Part } from "./write/entry.ts";
import { filesOf, type WrittenFile } from "./write/layout.ts";
import { everyApp, managedEnvironment } from "./write/managed.ts";
import { partsOf } from "./write/parts.ts";

export interface AdoptOptions {
  /** Where the brokers are, when they were read from there. */
  readonly environment?: Environment;
  readonly mapping?: Mapping;
  /** What a file says of its schema. */
  readonly schemaFor: (path: string) => string;
}

/** A topology that says what was found. */
export interface Adopted {
  readonly files: readonly WrittenFile[];
  /** What is not in the files, and why. */
  readonly notes: readonly Note[];
  /** What applying the files would change on the brokers, beside what `notes` name: nothing, unless something went wrong. */
  readonly changes: readonly Change[];
  /** What `principal` must be in the stack file, by Kafka cluster, where it isn't said and none would be wrong. */
  readonly principals: ReadonlyMap<string, string>;
}

/**
 * Writes a topology that compiles to exactly what was found, and proves it: what it wrote is compiled and compared. Where
 * shorter words turn out to say something else, everything is written out plainly.
 */
export function adopt(found: Found, options: AdoptOptions): Adopted {
  const environment = managedEnvironment(found.objects, options.environment);
  const short = adoptWith(found, options, environment, true);
  return short.changes.length === 0 ? short : adoptWith(found, options, environment, false);
}

function adoptWith(
  found: Found,
  { environment: known, mapping, schemaFor }: AdoptOptions,
  environment: Environment,
  withPatterns: boolean,
): Adopted {
  const parts = partsOf(found, environment, withPatterns);
  const notes = [...found.notes, ...notesOf(parts)].map((note) => withFate(note, found));
  const files = filesOf(parts, notes, mapping, schemaFor);
  const unsaid = new Set(parts.flatMap((part) => part.unsaid.map(({ object }) => object.key)));
  const asSaid = new Map(parts.flatMap((part) => part.asSaid ?? []).map((object) => [object.key, object]));
  // Without origins, as from a broker: what only people are told is no change.
  const before = found.objects
    .filter(({ key }) => !unsaid.has(key))
    .map((object) => asSaid.get(object.key) ?? object)
    .map(({ origin: _origin, ...object }) => object);
  return {
    files,
    notes,
    changes: changesBetween(before, planned(files, environment)),
    principals: new Map(
      [...environment.clusters.kafka].flatMap(([name, { principal = everyApp }]) =>
        principal === (known?.clusters.kafka.get(name)?.principal ?? everyApp) ? [] : [[name, principal]],
      ),
    ),
  };
}

/** What is left out stays as it is, unless a mark says that it is Queueform's. */
function withFate(note: Note, { marked }: Found): Note {
  if (note.key === undefined || !marked?.has(note.key)) return note;
  return {
    ...note,
    text: `${note.text} Queueform made it, and somebody has changed it since: the next apply of these files deletes it, unless you write it into them first.`,
  };
}

function notesOf(parts: readonly Part[]): Note[] {
  return parts.flatMap(({ broker, cluster, unsaid }) =>
    unsaid
      .filter(({ reason }) => reason !== "")
      .map(({ object, reason, beside, alsoKeys }) => ({
        place: object.origin ? placeOf(object.origin) : `${broker} ${cluster}`,
        about: beside ?? object.key,
        key: object.key,
        ...(alsoKeys && { alsoKeys }),
        text: reason,
      })),
  );
}

/** What the written texts compile to, read as any topology is. */
function planned(files: readonly WrittenFile[], environment: Environment): readonly PlanObject[] {
  const problems: Diagnostic[] = [];
  const report = (problem: Diagnostic): void => void problems.push(problem);
  const read = files.flatMap(({ path, text }): TopologyFile[] => {
    const source = { path, text };
    const value = parseYaml(source, report);
    return value ? [{ source, domain: String(value["domain"]), value }] : [];
  });
  for (const file of read) checkShape(file, report);
  // The writer's own mistake: what can't be read compiles to nothing, and shows as a change.
  const wrong = new Set(problems.map(({ mark }) => mark.source.path));
  const usable = read.filter(({ source }) => !wrong.has(source.path));
  return planOf(compile(usable, environment)).objects;
}
