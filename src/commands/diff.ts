import { rank } from "../review/changes.ts";
import { impactLevels, type ImpactLevel } from "../kinds/kind.ts";
import { readEnvironment } from "../environment/read.ts";
import { secretFromProcess } from "../environment/secrets.ts";
import { withStakes } from "../live/stakes.ts";
import type { Target } from "../live/targets.ts";
import { count } from "../report/style.ts";
import { renderTargets } from "../report/targets.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { approvalsNeeded } from "../review/approvals.ts";
import { type Review, review, worstImpact, worstUnapproved } from "../review/review.ts";
import { environmentsOf, limitsOf, sidesOf } from "../review/sides.ts";
import { reviewDocument } from "../report/review/document.ts";
import { renderMarkdown } from "../report/review/markdown.ts";
import { isReviewFormat, renderAs, reviewFormats } from "../report/review/render.ts";
import { summarizeReview } from "../report/review/verdict.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { type Command, type Console, environmentOption, exit, outputOption, text, worst } from "./command.ts";
import { approvalsOrExplain, approved, newApprovals } from "./approvals.ts";
import { explain } from "./diagnose.ts";
import { writeJobSummary } from "./job-summary.ts";
import { pathInRepository } from "./repository.ts";

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
    live: {
      type: "boolean",
      description:
        "Also ask the brokers what is at stake now: messages, consumers, group lag, bytes. Needs their secrets",
    },
    approvals: {
      type: "boolean",
      description:
        "Print the entries of topology/approvals.yaml that the change needs, instead of the change",
    },
    "exit-code": { type: "boolean", description: "Exit with 2 when anything changes" },
    output: {
      ...outputOption,
      description: `${reviewFormats.join(", ")}; github marks lines in a workflow run and writes the job summary`,
      values: reviewFormats,
    },
  },
  run: async (paths, values, console) => {
    const against = text(values, "against") ?? "HEAD";
    const threshold = (text(values, "fail-on-impact") ?? "outage") as ImpactLevel;
    const directory = projectDirectory();
    const approvals = approvalsOrExplain(console);
    if (!approvals) return exit.findings;
    const sides = sidesOf(against, paths, directory);
    const reviews: Review[] = [];
    const unasked: Target[] = [];
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
        const all = review(before.plan, after.plan, [...sides.notes, ...notes]);
        const found = approved(all, before.plan, after.plan, approvals);
        const live = values["live"] === true ? await askBrokers(found, directory, console) : undefined;
        reviews.push(live?.review ?? found);
        unasked.push(...(live?.problems ?? []));
      }
    } finally {
      sides.before.close();
      sides.after.close();
    }
    const needed = reviews.flatMap(approvalsNeeded);
    const format = text(values, "output") ?? "pretty";
    const document = reviewDocument(against, reviews, format === "pretty" ? "" : pathInRepository());
    console.print(
      values["approvals"] === true
        ? newApprovals(needed, directory)
        : renderAs(isReviewFormat(format) ? format : "pretty", document, console.paint),
    );
    if (format === "github")
      writeJobSummary(
        (maximum) => renderMarkdown(document, { maximum }) || "The topology does not change.\n",
      );
    console.say(summarizeReview(document));
    if (unasked.length > 0) console.say(renderTargets(unasked, console.paintConversation));
    if (needed.length > 0)
      console.say(
        `${count(needed.length, "change")} to be approved before pulumi up; --approvals prints the entries\n`,
      );
    const impact = worstUnapproved(reviews);
    return worst(
      unasked.length > 0 ? exit.couldNotCheck : exit.ok,
      impact !== undefined && rank(impact) <= rank(threshold) ? exit.findings : exit.ok,
      values["exit-code"] === true && worstImpact(reviews) !== undefined ? exit.changes : exit.ok,
    );
  },
};

/** The same review with what its brokers hold now. Throws UsageError where no stack file says which brokers. */
async function askBrokers(
  found: Review,
  directory: string,
  console: Console,
): Promise<{ review: Review; problems: readonly Target[] }> {
  if (found.environment === undefined)
    throw new UsageError("--live asks the brokers of an environment. Say which one: --env ENV");
  const errors: Diagnostic[] = [];
  const environment = readEnvironment(directory, found.environment, (error) => errors.push(error));
  if (!environment) {
    explain(errors, console);
    throw new UsageError("Without a stack file that can be read, nobody knows which brokers to ask.");
  }
  const { changes, problems } = await withStakes(found.changes, environment, secretFromProcess);
  return { review: { ...found, changes }, problems };
}
