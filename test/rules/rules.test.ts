import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { load } from "../../src/load.ts";
import { rules } from "../../src/rules/index.generated.ts";
import { positionOf } from "../../src/topology/mark.ts";

const folder = join(import.meta.dirname, "fixtures");
/** A project with environments, for rules that need to know the clusters. */
const project = join(import.meta.dirname, "project");
const fixtures = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ""));

/** What a file says of itself: "# error: rule-id" at the end of each line that must be complained about. */
function expected(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      const found = /# (error|warning|info): ([a-z0-9-]+)(?: \((\d+) times\))?$/.exec(line);
      return found
        ? Array.from(
            { length: Number(found[3] ?? 1) },
            () => `${basename(path)}:${index + 1} ${found[1]} ${found[2]}`,
          )
        : [];
    });
}

/** A fixture may name its environment in a comment. */
function environmentOf(path: string): string {
  return /^# environment: (\w+)$/m.exec(readFileSync(path, "utf8"))?.[1] ?? "fixture";
}

describe("every rule finds what its fixture marks, and nothing else", () => {
  test.each(rules.map(({ id }) => id))("%s", (id) => {
    const path = join(folder, `${id}.yaml`);
    const environment = environmentOf(path);
    const { diagnostics } = load([path], environment, project);
    const wanted = [path, join(project, `stacks/Pulumi.${environment}.yaml`)].flatMap(expected);
    // A fixture is kept small; the advice of other rules about it is beside the point, their errors are not.
    const found = diagnostics
      .filter(
        ({ severity, rule }) =>
          severity === "error" || rule === id || wanted.some((line) => line.endsWith(` ${rule}`)),
      )
      .map(
        ({ severity, rule, mark: { source, start } }) =>
          `${basename(source.path)}:${positionOf(source, start).line} ${severity} ${rule}`,
      );
    expect(wanted.some((line) => line.endsWith(` ${id}`))).toBe(true);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });
});

test("every fixture belongs to a rule", () => {
  expect(fixtures.toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
});

test("every finding says what is wrong, why it matters and what to do, in full sentences", () => {
  for (const id of fixtures) {
    const path = join(folder, `${id}.yaml`);
    const { diagnostics } = load([path], environmentOf(path), project);
    for (const { what, why, fix } of diagnostics) {
      for (const sentence of [what, why, fix]) {
        expect(sentence).toMatch(/^["A-Z].*[.?!]$/s);
        expect(sentence).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  }
});
