import { kinds } from "../kinds/definitions.generated.ts";
import { positionOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "duplicate-declaration",
  severity: "error",
  summary: "The same object is declared twice.",
  why: "The broker has only one of them: the two would overwrite each other, and removing one removes both.",
  fix: "Keep one of the two, or rename one.",
  structural: true,
  check: ({ all }, report) => {
    const first = new Map<string, (typeof all)[number]>();
    for (const declaration of all) {
      const other = first.get(declaration.key);
      if (!other) {
        first.set(declaration.key, declaration);
        continue;
      }
      // What a person wrote by name comes first; the pattern that would make it again is the one to complain about.
      const [later, earlier] =
        other.addedBy && !declaration.addedBy ? [other, declaration] : [declaration, other];
      const { source, start } = earlier.mark;
      const { line } = positionOf(source, start);
      const noun = kinds[declaration.kind]?.noun ?? declaration.kind;
      const made = later.addedBy ? ` (asked for here by ${later.addedBy})` : "";
      report({
        what: `The ${noun} "${declaration.name}"${made} is already declared at ${source.path}:${line}.`,
        why: "The broker has only one of them: the two would overwrite each other, and removing one removes both.",
        fix:
          noun === "binding"
            ? "Keep one of the two bindings."
            : `Keep one of them, or rename one. Other files may refer to it by name.`,
        mark: later.mark,
      });
    }
  },
};
