import { rank } from "../review/changes.ts";
import { impactLevels, type ImpactLevel } from "../kinds/kind.ts";
import { type Review, review, worstImpact } from "../review/review.ts";
import { environmentsOf, limitsOf, sidesOf } from "../review/sides.ts";
import { changeJson, renderChanges, reviewJson, summarizeChanges } from "../report/changes.ts";
import { projectDirectory } from "../topology/files.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, text, worst } from "./command.ts";
import { explain } from "./diagnose.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Compares the files as they are with a git revision, other files or a saved plan, and says what the change does to messages. Needs no broker.",
  options: {
    against: {
      type: "string",
      placeholder: "OLD",
      description:
        "What to compare with: a git revision (default: HEAD), A..B or A...B as git has them, a folder, a file, or a plan saved by plan --output json",
    },
    env: {
      ...environmentOption,
      description: "Compare what this environment makes of the files (default: every environment)",
    },
    "fail-on-impact": {
      type: "string",
      placeholder: "IMPACT",
      description: `Exit with 1 from this impact on (default: outage): ${impactLevels.join(", ")}`,
      values: impactLevels,
    },
    "exit-code": { type: "boolean", description: "Exit with 2 when anything changes" },
    output: outputOption,
  },
  run: async (paths, values, console) => {
    const against = text(values, "against") ?? "HEAD";
    const threshold = (text(values, "fail-on-impact") ?? "outage") as ImpactLevel;
    const sides = sidesOf(against, paths, projectDirectory());
    const reviews: Review[] = [];
    try {
      for (const note of sides.notes) console.say(`${note}\n`);
      for (const environment of environmentsOf(sides, text(values, "env"))) {
        const after = sides.after.side(environment);
        if (after.errors.length > 0) {
          explain(after.errors, console);
          return exit.findings;
        }
        const before = sides.before.side(environment);
        const notes = limitsOf(before, sides.before.label);
        for (const note of notes) console.say(`${note}\n`);
        reviews.push(review(before.plan, after.plan, [...sides.notes, ...notes]));
      }
    } finally {
      sides.before.close();
      sides.after.close();
    }
    if (isJson(values)) {
      console.print(
        json({
          against,
          environments: reviews.map(reviewJson),
        }),
      );
    } else {
      for (const { environments: names, changes } of grouped(reviews)) {
        if (changes.length > 0)
          console.print(
            `${names.length > 0 ? `${console.paint("bold", names.join(", "))}\n` : ""}${renderChanges(changes, console.paint)}\n`,
          );
        console.say(
          `${names.length > 0 ? `${names.join(", ")}: ` : ""}${summarizeChanges(changes)} against ${against}\n`,
        );
      }
    }
    const impact = worstImpact(reviews);
    return worst(
      impact !== undefined && rank(impact) <= rank(threshold) ? exit.findings : exit.ok,
      values["exit-code"] === true && impact !== undefined ? exit.changes : exit.ok,
    );
  },
};

/** Environments in which the same happens are shown together. */
function grouped(reviews: readonly Review[]): (Pick<Review, "changes"> & { environments: string[] })[] {
  const same = Map.groupBy(reviews, ({ changes }) => JSON.stringify(changes.map(changeJson)));
  return [...same.values()].map((group) => ({
    environments: group.flatMap(({ environment }) => environment ?? []),
    changes: group[0]!.changes,
  }));
}
