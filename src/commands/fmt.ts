import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { findFiles, projectDirectory, UsageError } from "../topology/files.ts";
import { type Command, exit } from "./command.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Writes topology files (default: topology/) in one layout: two spaces a level, no trailing blanks. Comments and the order of things stay.",
  options: { check: { type: "boolean", description: "Write nothing; exit with 1 when a file would change" } },
  run: async (paths, values, console) => {
    const changed = findFiles(paths.length > 0 ? paths : [join(projectDirectory(), "topology")]).filter(
      (path) => {
        const before = readFileSync(path, "utf8");
        const after = formatted(before, path);
        if (before !== after && values["check"] !== true) writeFileSync(path, after);
        return before !== after;
      },
    );
    for (const path of changed) console.print(`${path}\n`);
    return values["check"] === true && changed.length > 0 ? exit.findings : exit.ok;
  },
};

function formatted(text: string, path: string): string {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0)
    throw new UsageError(
      `${path} can't be read as YAML and was left as it is. queueform validate says where it is broken.`,
    );
  // Long lines stay whole: a folded description would be a change of layout that nobody asked for.
  return document.toString({ lineWidth: 0, indentSeq: true, flowCollectionPadding: true });
}
