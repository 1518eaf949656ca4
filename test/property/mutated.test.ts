import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { load } from "../../src/load.ts";
import { seed } from "../routing/seed.ts";
import { outside } from "./positions.ts";

/** About two minutes of one core; QUEUEFORM_TEST_MUTATIONS says how many others to try while one works on it. */
const inputs = Number(process.env["QUEUEFORM_TEST_MUTATIONS"] ?? 100_000);

const example = join(import.meta.dirname, "../../topology");
const originals = readdirSync(example, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".yaml"))
  .toSorted()
  .map((name) => readFileSync(join(example, name)));

const odd = [
  "null",
  "[]",
  "{}",
  "~",
  "''",
  "-1",
  "1e400",
  "0x10",
  "true",
  ".inf",
  "${secret:X}",
  "<<: *a",
  "&a",
  "*a",
  "!!binary x",
  "__proto__",
  "constructor",
  "- - -",
  "? :",
  "\t",
  "\u0000",
  "\u0085",
  "\u{1f600}",
  "|",
  ">-",
  "---\n",
  "#",
  ": ",
  "\r\n",
];

/** Each with three numbers from 0 to 1 that say where, how much and what. */
const mutations: Readonly<Record<string, (bytes: Buffer, at: number, size: number, what: number) => Buffer>> =
  {
    byte: (bytes, at, _size, what) => {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[Math.floor(at * copy.length)] = Math.floor(what * 256);
      return copy;
    },
    delete: (bytes, at, size) => splice(bytes, at, size * size * 200, Buffer.alloc(0)),
    insert: (bytes, at, _size, what) => splice(bytes, at, 0, Buffer.from(pick(odd, what))),
    repeat: (bytes, at, size, what) => {
      const start = Math.floor(what * bytes.length);
      return splice(bytes, at, 0, bytes.subarray(start, start + Math.ceil(size * 100)));
    },
    borrow: (bytes, at, size, what) => {
      const other = pick(originals, what);
      const start = Math.floor(size * other.length);
      return splice(bytes, at, 0, other.subarray(start, start + 200));
    },
    lineTwice: (bytes, at) =>
      withLines(bytes, (lines) => lines.toSpliced(index(lines, at), 0, pick(lines, at))),
    lineAway: (bytes, at) => withLines(bytes, (lines) => lines.toSpliced(index(lines, at), 1)),
    linesSwapped: (bytes, at, size) =>
      withLines(bytes, (lines) => {
        const copy = [...lines];
        [copy[index(lines, at)], copy[index(lines, size)]] = [pick(lines, size), pick(lines, at)];
        return copy;
      }),
    indent: (bytes, at, size) =>
      withLines(bytes, (lines) =>
        lines.with(index(lines, at), " ".repeat(size * 9) + pick(lines, at).trimStart()),
      ),
    key: (bytes, at, _size, what) =>
      withLines(bytes, (lines) => {
        const keys = lines.flatMap((line) => /^\s*([\w.]+):/.exec(line)?.[1] ?? []);
        if (keys.length === 0) return [...lines];
        return lines.with(index(lines, at), pick(lines, at).replace(/[\w.]+(?=:)/, pick(keys, what)));
      }),
    value: (bytes, at, _size, what) =>
      withLines(bytes, (lines) =>
        lines.with(index(lines, at), pick(lines, at).replace(/: .*/, `: ${pick(odd, what)}`)),
      ),
  };

const index = (list: readonly unknown[], at: number): number => Math.floor(at * list.length);
const pick = <T>(list: readonly T[], at: number): T => list[index(list, at)]!;
const withLines = (bytes: Buffer, change: (lines: readonly string[]) => string[]): Buffer =>
  Buffer.from(change(bytes.toString("latin1").split("\n")).join("\n"), "latin1");

function splice(bytes: Buffer, at: number, count: number, replacement: Buffer): Buffer {
  const start = Math.floor(at * bytes.length);
  return Buffer.concat([bytes.subarray(0, start), replacement, bytes.subarray(start + Math.ceil(count))]);
}

const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const mutation = fc.tuple(fc.constantFrom(...Object.keys(mutations)), part, part, part);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-mutated-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

test(
  `${inputs} broken copies of the example never throw, and what is said of them is inside the file (seed ${seed})`,
  { timeout: 3_600_000 },
  () => {
    const path = join(directory, "broken.yaml");
    let compiled = 0;
    fc.assert(
      fc.property(
        fc.nat(originals.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (which, changes) => {
          const bytes = changes.reduce<Buffer>(
            (before, [name, at, size, what]) => mutations[name]!(before, at, size, what),
            originals[which]!,
          );
          // File systems flush a file that is written anew, which takes longer than all the rest of this.
          rmSync(path, { force: true });
          writeFileSync(path, bytes);
          const { diagnostics, model } = load([path], undefined, directory);
          expect(diagnostics.filter((found) => outside(found, [found.mark.source]))).toEqual([]);
          expect(diagnostics.filter(({ mark }) => mark.source.path !== path)).toEqual([]);
          if (model) compiled++;
        },
      ),
      { seed, numRuns: inputs },
    );
    // What never gets past the parser or the schema says nothing of the rules, and the other way round.
    expect(compiled).toBeGreaterThan(inputs / 10);
    expect(inputs - compiled).toBeGreaterThan(inputs / 10);
  },
);
