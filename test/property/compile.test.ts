import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type Model, planOf } from "../../src/plan/model.ts";
import { changesBetween } from "../../src/review/changes.ts";
import { rules } from "../../src/rules/index.generated.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import type { TopologyFile } from "../../src/topology/file.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { seed } from "../routing/seed.ts";
import { outside } from "./positions.ts";
import { topologyFiles } from "./words.ts";

const runs = 200;

function filesOf(values: readonly JsonObject[], indent = 2): TopologyFile[] {
  return values.map((value, index) => {
    const source = { path: `topology/${index}.yaml`, text: JSON.stringify(value, null, indent) };
    const problems: Diagnostic[] = [];
    const read = parseYaml(source, (problem) => problems.push(problem));
    expect(problems).toEqual([]);
    return { source, domain: String(value["domain"]), value: read! };
  });
}

const diagnosticsOf = (model: Model): Diagnostic[] =>
  rules.flatMap(({ check, ...page }) => {
    const found: Diagnostic[] = [];
    check(model, (finding) => found.push({ ...page, rule: page.id, ...finding }));
    return found;
  });
/** Where two files declare one thing differently, one of them wins: that is an error of its own. */
const isAmbiguous = (model: Model): boolean => model.all.length > model.byKey.size;
const bytesOf = (model: Model): string =>
  JSON.stringify(planOf(model).objects.map(({ origin: _origin, ...object }) => object));

describe(`any topology that the schema accepts (seed ${seed})`, () => {
  test("compiles, to the same plan whatever the layout, and every finding is inside its file", () => {
    let objects = 0;
    fc.assert(
      fc.property(topologyFiles, (values) => {
        const files = filesOf(values);
        const model = compile(files);
        objects += model.byKey.size;
        expect(bytesOf(compile(filesOf(values, 0)))).toBe(bytesOf(model));
        expect(
          diagnosticsOf(model).filter((found) =>
            outside(
              found,
              files.map(({ source }) => source),
            ),
          ),
        ).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
    expect(objects).toBeGreaterThan(runs);
  });

  test("has a plan that does not depend on the order of files, unless they declare something twice", () => {
    let compared = 0;
    fc.assert(
      fc.property(topologyFiles, (values) => {
        const files = filesOf(values);
        const model = compile(files);
        fc.pre(files.length > 1);
        if (isAmbiguous(model)) return;
        compared++;
        expect(bytesOf(compile(files.toReversed()))).toBe(bytesOf(model));
      }),
      { seed, numRuns: runs },
    );
    expect(compared).toBeGreaterThan(runs / 10);
  });

  test("does not differ from itself", () => {
    fc.assert(
      fc.property(topologyFiles, (values) => {
        const before = planOf(compile(filesOf(values)));
        const after = planOf(compile(filesOf(values)));
        expect(changesBetween(before.objects, after.objects)).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
  });
});
