import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSource, UsageError } from "../topology/files.ts";
import { parseYaml } from "../topology/yaml.ts";

/** The name in Pulumi.yaml, which is part of every URN. Throws UsageError where there is none. */
export function projectName(directory: string): string {
  const path = join(directory, "Pulumi.yaml");
  if (!existsSync(path)) return refuse(`There is no Pulumi.yaml in ${directory}.`);
  const source = readSource(path, ({ what }) => refuse(what));
  const value = source && parseYaml(source, ({ what }) => refuse(what));
  const name = value?.["name"];
  return typeof name === "string" && name !== "" ? name : refuse("Pulumi.yaml says no name.");
}

function refuse(what: string): never {
  throw new UsageError(
    `${what} Pulumi puts the project's name into everything that it remembers: run this in the folder of a project whose Pulumi.yaml says "name".`,
  );
}
