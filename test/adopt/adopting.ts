import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adopt, type Adopted } from "../../src/adopt/adopt.ts";
import type { Found } from "../../src/adopt/found.ts";
import { type FileOptions, readFiles } from "../../src/adopt/sources/files.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { checkShape } from "../../src/language/shape.ts";
import { compile, type Model, planOf } from "../../src/plan/model.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { rules } from "../../src/rules/index.generated.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import { positionOf } from "../../src/topology/mark.ts";
import { parseYaml } from "../../src/topology/yaml.ts";

/** What was found, without where. */
export const foundOf = (objects: readonly PlanObject[]): Found => ({
  objects: objects.map(({ kind, key, cluster, spec }) => ({ kind, key, cluster, spec, dependsOn: [] })),
  notes: [],
  versions: new Map(),
});

export const adopted = (found: Found, environment?: Environment): Adopted =>
  adopt(found, { schemaFor: () => "schema.json", ...(environment && { environment }) });

/** The model of written files, read as any topology is; throws when one is wrong. */
export function modelOf({ files }: Pick<Adopted, "files">, environment?: Environment): Model {
  const problems: Diagnostic[] = [];
  const report = (problem: Diagnostic): void => void problems.push(problem);
  const read = files.map(({ path, text }) => {
    const source = { path, text };
    const value = parseYaml(source, report) ?? {};
    return { source, domain: String(value["domain"]), value };
  });
  for (const file of read) checkShape(file, report);
  if (problems.length > 0) throw new Error(problems.map(({ what }) => what).join("\n"));
  return compile(read, environment);
}

/** What must be right before anything is made of a model, and is not. */
export const structuralProblems = (model: Model): string[] =>
  rules.flatMap(({ id, structural, check }) => {
    const findings: string[] = [];
    if (structural) check(model, ({ what }) => findings.push(`${id}: ${what}`));
    return findings;
  });

/** Specs by key: what brokers can see of a plan. */
export const specsOf = (objects: readonly PlanObject[]): Record<string, unknown> =>
  Object.fromEntries(
    objects
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, spec }) => [key, JSON.parse(JSON.stringify(spec)) as unknown]),
  );

export const planned = (
  written: Pick<Adopted, "files">,
  environment?: Environment,
): Record<string, unknown> => specsOf(planOf(modelOf(written, environment)).objects);

/** Reads a text as the file `name`; throws what is wrong with it, with its lines. */
export function readText(name: string, text: string, options: FileOptions = {}): Found {
  const directory = mkdtempSync(join(tmpdir(), "queueform-adopt-"));
  try {
    writeFileSync(join(directory, name), text);
    const problems: Diagnostic[] = [];
    const found = readFiles(join(directory, name), options, (problem) => problems.push(problem));
    if (found) return found;
    const lines = problems.map(({ what, mark }) => {
      const { line, column } = positionOf(mark.source, mark.start);
      return `${line}:${column} ${what}`;
    });
    throw new Error(lines.join("\n"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The texts of all written files, by path. */
export const textsOf = ({ files }: Pick<Adopted, "files">): Record<string, string> =>
  Object.fromEntries(files.map(({ path, text }) => [path, text]));
