import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

const source = join(import.meta.dirname, "../../src");

/**
 * What each folder may import: data flows down this list, so a folder knows those above it that it needs and none below.
 * A file directly in src is a layer of its own.
 */
const mayImport: Record<string, readonly string[]> = {
  topology: [],
  kinds: ["topology", "brokers"],
  sandbox: [],
  environment: ["topology", "kinds", "sandbox"],
  patterns: ["topology", "kinds", "environment"],
  language: ["topology", "kinds", "patterns", "routing"],
  brokers: [],
  plan: ["topology", "kinds", "patterns", "environment"],
  routing: ["topology", "kinds", "plan"],
  rules: ["topology", "kinds", "patterns", "environment", "plan", "routing"],
  load: ["topology", "environment", "language", "plan", "rules"],
  review: ["topology", "kinds", "environment", "plan", "routing", "load"],
  live: ["topology", "kinds", "patterns", "environment", "brokers", "plan", "review"],
  stack: ["topology", "kinds", "patterns", "environment", "plan", "review", "live"],
  adopt: ["topology", "kinds", "environment", "patterns", "language", "brokers", "plan", "review", "live"],
  apply: ["topology", "kinds", "environment", "brokers", "plan", "review", "live"],
  provision: ["topology", "kinds", "environment", "plan"],
  program: [
    "kinds",
    "topology",
    "brokers",
    "environment",
    "plan",
    "load",
    "review",
    "live",
    "stack",
    "provision",
    "report",
  ],
  report: [
    "topology",
    "kinds",
    "environment",
    "plan",
    "rules",
    "routing",
    "review",
    "live",
    "stack",
    "adopt",
    "apply",
    "sandbox",
  ],
  scaffold: [],
  github: ["topology"],
  commands: [
    "topology",
    "scaffold",
    "github",
    "kinds",
    "environment",
    "sandbox",
    "language",
    "plan",
    "routing",
    "rules",
    "load",
    "review",
    "live",
    "stack",
    "adopt",
    "apply",
    "report",
  ],
  cli: ["topology", "brokers", "commands", "report", "sandbox"],
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
  readonly lazy: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const layerOf = (path: string): string => path.split(sep)[0]!.replace(/\.ts$/, "");
const imports = files.flatMap((file): Import[] => {
  const text = readFileSync(join(source, file), "utf8");
  const found = text.matchAll(
    /(?:^|\n)(?:import|export)\s(type\s)?[^;]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/g,
  );
  return [...found].map(([, type, fixed, lazily]) => {
    const specifier = fixed ?? lazily ?? "";
    const to = specifier.startsWith(".")
      ? relative(source, normalize(join(source, dirname(file), specifier)))
      : specifier;
    return { file, from: layerOf(file), to, specifier, lazy: lazily !== undefined || type !== undefined };
  });
});

describe("data flows one way", () => {
  test("every folder is in the list, and every folder in the list exists", () => {
    expect([...new Set(files.map(layerOf))].toSorted()).toEqual(Object.keys(mayImport).toSorted());
  });

  test("no folder imports one that it may not know", () => {
    const wrong = imports
      .filter(
        ({ specifier, from, to }) =>
          specifier.startsWith(".") && layerOf(to) !== from && !mayImport[from]?.includes(layerOf(to)),
      )
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test("a folder that may be imported is imported: the list says nothing that is not so", () => {
    const unused = Object.entries(mayImport).flatMap(([from, allowed]) =>
      allowed
        .filter(
          (layer) =>
            !imports.some(
              (one) => one.from === from && one.specifier.startsWith(".") && layerOf(one.to) === layer,
            ),
        )
        .map((layer) => `${from} -> ${layer}`),
    );
    expect(unused).toEqual([]);
  });
});

test("checking files loads neither Pulumi nor a broker's client", () => {
  const heavy = /^@pulumi\/|^@platformatic\/|^@kubernetes\/|^ioredis$|^bullmq$|^bull$/;
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const one of imports)
      if (one.file === file && !one.lazy && one.specifier.startsWith(".")) visit(one.to);
  };
  for (const command of ["validate", "plan", "diff", "comment"]) visit(join("commands", `${command}.ts`));
  visit("cli.ts");
  const loaded = imports.filter(
    ({ file, specifier, lazy }) => reached.has(file) && !lazy && heavy.test(specifier),
  );
  expect(loaded.map(({ file, specifier }) => `${file} loads ${specifier}`)).toEqual([]);
  expect(reached.size).toBeGreaterThan(30);
});

test("no grab-bags, and no file so long that it is two things", () => {
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|types)\.ts$/.test(file))).toEqual([]);
  const long = files.filter(
    (file) =>
      !file.endsWith(".generated.ts") && readFileSync(join(source, file), "utf8").split("\n").length > 251,
  );
  expect(long).toEqual([]);
});
