import { applyPlan } from "../apply/apply.ts";
import type { Environment } from "../environment/environment.ts";
import { secretFromProcess } from "../environment/secrets.ts";
import { planOf } from "../plan/model.ts";
import { renderApply, summarizeApply } from "../report/apply.ts";
import { renderTargets } from "../report/targets.ts";
import { UsageError } from "../topology/files.ts";
import {
  type Command,
  environmentOption,
  exit,
  isJson,
  json,
  list,
  outputOption,
  text,
  worst,
} from "./command.ts";
import { loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment } from "./environment.ts";
import { progressOn } from "./progress.ts";

/** The one kind that this engine may write in an environment of Pulumi's. */
const contentKind = "redis-content";

const named = (what: string) =>
  ({ type: "string", multiple: true, placeholder: "KEY", description: `${what}; may be repeated` }) as const;

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Makes the brokers of an environment look like the files: reads what is there, sends the difference in bulk, reads again. Refuses to delete or replace what you did not name. For environments whose engine is direct.",
  options: {
    env: environmentOption,
    delete: named("An object that is in no file, to be deleted"),
    replace: named("An object that may be deleted and made anew, with all it holds"),
    rotate: named(
      "A user of an application that gets its password anew, from the secret as it is set now. Needed after a change of a secret on Kafka, which tells no passwords; on RabbitMQ and in Kubernetes a changed one is seen and sent without this",
    ),
    prune: {
      type: "boolean",
      description:
        "Delete, with all it holds, everything that is in no file inside the names that the files claim (owns:). Users and their rights are deleted by name only",
    },
    allow: named(
      "A policy that may change what other people's objects are set to, or a queue whose kept dead letters may be deleted",
    ),
    only: {
      type: "string",
      placeholder: "KIND",
      description: `Nothing but objects of this kind: ${contentKind}, what job queues hold inside Redis. It has no Pulumi resource, so this works in Pulumi's environments too, after \`pulumi up\``,
      values: [contentKind],
    },
    output: outputOption,
  },
  run: async (paths, values, console) => {
    const loaded = loadEnvironmentOrExplain(paths, requireEnvironment(values), console);
    if (!loaded) return exit.findings;
    const { environment } = loaded;
    const only = text(values, "only");
    if (only === undefined) refuseOtherEngine(environment);
    const progress = progressOn(console);
    const allow = ["delete", "replace", "allow"].flatMap((option) => list(values, option));
    const plan = planOf(loaded.model);
    const part = plan.objects.filter(({ kind }) => only === undefined || kind === only);
    const result = await applyPlan({ ...plan, objects: part }, environment, secretFromProcess, {
      allow,
      prune: values["prune"] === true,
      rotate: list(values, "rotate"),
      onProgress: progress.step,
    });
    progress.end();
    console.print(
      isJson(values)
        ? json({ environment: environment.name, ...result })
        : renderApply(result, console.paint),
    );
    const { problems, refused, failed } = result;
    for (const { state, reason = "" } of result.clusters)
      if (state === "skipped") console.say(`Left out: ${reason}\n`);
    if (problems.length > 0) console.say(renderTargets(problems, console.paintConversation));
    console.say(`${environment.name}: ${summarizeApply(result)}\n`);
    return worst(
      problems.length > 0 ? exit.couldNotCheck : exit.ok,
      refused.length + failed.length > 0 ? exit.findings : exit.ok,
    );
  },
};

function refuseOtherEngine({ name, engine, source }: Environment): void {
  if (engine === "direct") return;
  throw new UsageError(
    `The environment ${name} belongs to Pulumi (engine: pulumi in ${source.path}), and two engines on the same brokers would undo each other. Use: pulumi up -s ${name}. Only what job queues hold inside Redis is written here: --only ${contentKind}`,
  );
}
