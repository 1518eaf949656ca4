import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type Model, planOf } from "../../src/plan/model.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { type Change, changesBetween } from "../../src/review/changes.ts";
import { review } from "../../src/review/review.ts";
import { isGenerated } from "../../src/review/settings.ts";
import type { TopologyFile } from "../../src/topology/file.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { seed } from "../routing/seed.ts";
import { topologyFiles } from "./words.ts";

const runs = 100;

function filesOf(values: readonly JsonObject[]): TopologyFile[] {
  return values.map((value, index) => {
    const source = { path: `topology/${index}.yaml`, text: JSON.stringify(value, null, 2) };
    const read = parseYaml(source, ({ what }) => expect.unreachable(what));
    return { source, domain: String(value["domain"]), value: read! };
  });
}

/** Two versions of a topology that have much in common: some files stay, some go, some come. */
const versions = fc
  .tuple(topologyFiles, topologyFiles, fc.nat(2))
  .map(([one, other, kept]): [JsonObject[], JsonObject[]] => [one, [...one.slice(0, kept), ...other]]);

/** Where two files declare one thing differently, one of them wins, and which depends on their order. */
const isAmbiguous = (model: Model): boolean => model.all.length > model.byKey.size;

/** What a plan says of an object; where it was written, and what it needs, follow from the rest. */
const content = ({ key, kind, cluster, spec, operations }: PlanObject): object => ({
  key,
  kind,
  cluster,
  spec,
  ...(operations && { operations }),
});
const contents = (objects: Iterable<PlanObject>): object[] =>
  [...objects].toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(content);

function applied(changes: readonly Change[], objects: readonly PlanObject[]): PlanObject[] {
  const result = new Map(objects.map((object) => [object.key, object]));
  for (const { key, after } of changes) {
    if (after) result.set(key, after);
    else result.delete(key);
  }
  return [...result.values()];
}

describe(`any two topologies that the schema accepts (seed ${seed})`, () => {
  test("applying what differs makes one the other, and a reviewer sees all of it", () => {
    let changed = 0;
    fc.assert(
      fc.property(versions, ([one, other]) => {
        const [before, after] = [planOf(compile(filesOf(one))), planOf(compile(filesOf(other)))];
        const changes = changesBetween(before.objects, after.objects);
        expect(contents(applied(changes, before.objects))).toEqual(contents(after.objects));
        const declared = (objects: readonly PlanObject[]): PlanObject[] =>
          objects.filter((object) => !isGenerated(object));
        const { changes: reviewed } = review(before, after);
        expect(contents(applied(reviewed, declared(before.objects)))).toEqual(
          contents(declared(after.objects)),
        );
        expect(new Set(reviewed.map(({ key }) => key)).size).toBe(reviewed.length);
        changed += reviewed.length;
      }),
      { seed, numRuns: runs },
    );
    expect(changed).toBeGreaterThan(runs);
  });

  test("the order of files makes no difference, unless they declare something twice", () => {
    let compared = 0;
    const shown = (before: Model, after: Model): string =>
      JSON.stringify(
        review(planOf(before), planOf(after)).changes.map(
          ({ before: _before, after: _after, ...change }) => change,
        ),
      );
    fc.assert(
      fc.property(versions, ([one, other]) => {
        const [before, after] = [compile(filesOf(one)), compile(filesOf(other))];
        if (isAmbiguous(before) || isAmbiguous(after)) return;
        compared++;
        const reordered = [compile(filesOf(one).toReversed()), compile(filesOf(other).toReversed())] as const;
        expect(shown(...reordered)).toBe(shown(before, after));
      }),
      { seed, numRuns: runs },
    );
    expect(compared).toBeGreaterThan(runs / 20);
  });
});
