import { secretFromProcess } from "../environment/secrets.ts";
import { planOf } from "../plan/model.ts";
import { releaseJson, renderRelease } from "../report/release.ts";
import { renderTargets } from "../report/targets.ts";
import { PulumiError, resourcesOf, unprotect } from "../stack/pulumi.ts";
import { planRelease } from "../stack/release.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { approvalsOrExplain } from "./approvals.ts";
import {
  type Command,
  type Console,
  environmentOption,
  exit,
  isJson,
  json,
  outputOption,
  type Values,
  worst,
} from "./command.ts";
import { type LoadedEnvironment, loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment } from "./environment.ts";

export const command: Command = {
  positionals: "",
  maximumPositionals: 0,
  description:
    "Lifts Pulumi's protection of objects whose deletion topology/approvals.yaml approves, after asking the right brokers whether they are empty. Deletes nothing: the next `pulumi up` does.",
  options: { env: environmentOption, output: outputOption },
  run: async (_paths, values, console) => {
    const loaded = loadEnvironmentOrExplain([], requireEnvironment(values), console);
    if (!loaded) return exit.findings;
    const { name, engine } = loaded.environment;
    if (engine !== "pulumi") {
      throw new UsageError(
        `${name} belongs to \`queueform apply\`, which has no state and protects nothing there. Name what may go when you apply: queueform apply --env ${name} --delete KEY`,
      );
    }
    try {
      return await release(loaded, values, console);
    } catch (error) {
      if (!(error instanceof PulumiError)) throw error;
      console.say(`${error.message}\n`);
      return exit.couldNotCheck;
    }
  },
};

async function release(
  { model, environment }: LoadedEnvironment,
  values: Values,
  console: Console,
): Promise<number> {
  const { name } = environment;
  const approvals = approvalsOrExplain(console);
  if (!approvals) return exit.findings;
  const deletions = approvals.filter(
    ({ environment: where, operation }) => where === name && operation === "delete",
  );
  if (deletions.length === 0) {
    console.say(`topology/approvals.yaml approves no deletion in ${name}, so there is nothing to release.\n`);
    return exit.ok;
  }
  const directory = projectDirectory();
  const resources = await resourcesOf(name, directory);
  const planned = await planRelease(
    resources,
    planOf(model),
    environment,
    deletions,
    secretFromProcess,
    new Date(),
  );
  const urns = planned.release.map(({ urn }) => urn);
  if (urns.length > 0) await unprotect(name, urns, directory);
  console.print(isJson(values) ? json(releaseJson(planned)) : renderRelease(planned, name, console.paint));
  if (planned.problems.length > 0)
    console.say(`${renderTargets(planned.problems, console.paintConversation)}Nothing was released.\n`);
  return worst(
    planned.problems.length > 0 ? exit.couldNotCheck : exit.ok,
    planned.refused.length > 0 ? exit.findings : exit.ok,
  );
}
