import { rank } from "../review/changes.ts";
import { impactLevels, type ImpactLevel } from "../kinds/kind.ts";
import { environmentNames } from "../environment/read.ts";
import { planOf } from "../plan/model.ts";
import { type Review, review, worstImpact } from "../review/review.ts";
import { revisionPlan } from "../review/revision.ts";
import { changeJson, renderChanges, reviewJson, summarizeChanges } from "../report/changes.ts";
import { projectDirectory } from "../topology/files.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, text, worst } from "./command.ts";
import { loadOrExplain } from "./diagnose.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Compares the files as they are with a git revision and says what the change does to messages. Needs no broker.",
  options: {
    against: {
      type: "string",
      placeholder: "REV",
      description: "The revision to compare with (default: HEAD)",
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
    const revision = text(values, "against") ?? "HEAD";
    const threshold = (text(values, "fail-on-impact") ?? "outage") as ImpactLevel;
    const directory = projectDirectory();
    const named = text(values, "env");
    const known = paths.length > 0 ? [] : environmentNames(directory);
    const environments: (string | undefined)[] =
      named !== undefined ? [named] : known.length > 0 ? known : [undefined];
    const reviews: Review[] = [];
    for (const environment of environments) {
      const loaded = loadOrExplain(paths, environment, console);
      if (!loaded) return exit.findings;
      const before = revisionPlan(directory, revision, paths, environment);
      for (const note of before.notes) console.say(`${note}\n`);
      reviews.push(review(before.plan, planOf(loaded.model), before.notes));
    }
    if (isJson(values)) {
      console.print(
        json({
          against: revision,
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
          `${names.length > 0 ? `${names.join(", ")}: ` : ""}${summarizeChanges(changes)} against ${revision}\n`,
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
