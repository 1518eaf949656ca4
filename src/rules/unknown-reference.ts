import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { nearest, suggestion } from "../topology/nearest.ts";
import { builtInTypes } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

const mostGuesses = 100;

/** Keys of one kind and place begin alike. */
const besideOf = (key: string): string => key.slice(0, key.lastIndexOf("/") + 1);

export const rule: Rule = {
  id: "unknown-reference",
  severity: "error",
  summary: "Something refers to an object that no file declares.",
  why: "What refers to it can't be created: the broker refuses it, or drops what should go there.",
  fix: "Declare the object, or correct the name.",
  structural: true,
  check: ({ all, byKey, ofKind }, report) => {
    const namesBeside = new Map<string, string[]>();
    for (const { key, name } of all) {
      const beside = besideOf(key);
      const known = namesBeside.get(beside);
      if (known) known.push(name);
      else namesBeside.set(beside, [name]);
    }
    let guesses = 0;
    for (const { references } of all) {
      for (const { key, noun, name, mark, mustExist } of references) {
        if (!mustExist || byKey.has(key)) continue;
        // Where a whole file of names is missing, guessing at each would only take long.
        const guess =
          guesses++ < mostGuesses ? nearest(name, namesBeside.get(besideOf(key)) ?? []) : undefined;
        report({
          what: `The ${noun} "${name}" is not declared in any file.`,
          why: `What refers to it can't be created: the broker refuses it, or drops what should go there.`,
          fix: `${guess ? `Did you mean "${guess}"? ` : ""}Declare the ${noun}, or correct the name.`,
          mark,
        });
      }
    }
    for (const { spec, mark } of ofKind<unknown, BindingSpec>("rabbitmq-binding")) {
      if (!spec.source.startsWith("amq.") || builtInTypes.has(spec.source)) continue;
      report({
        what: `No broker has an exchange "${spec.source}", and none can be declared by that name.`,
        fix: `${suggestion(spec.source, builtInTypes.keys())}Correct the name.`,
        mark,
      });
    }
  },
};
