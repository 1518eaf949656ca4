import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../environment/environment.ts";
import { secretFromProcess } from "../environment/secrets.ts";
import { planOf } from "../plan/model.ts";
import { count } from "../report/style.ts";
import { renderTakeover, takeoverJson } from "../report/takeover.ts";
import { renderTargets } from "../report/targets.ts";
import { importFile, isProtected, providerUrn } from "../stack/import-file.ts";
import { importScript, takeOverVariable } from "../stack/import-script.ts";
import { projectName } from "../stack/project.ts";
import { planTakeover, type Shown, type Takeover } from "../stack/takeover.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { type Console, exit, isJson, json, type Values } from "./command.ts";
import { loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment } from "./environment.ts";

/** `import --pulumi`: from what is on the brokers of an environment to files for `pulumi import`. */
export async function importPulumi(values: Values, console: Console): Promise<number> {
  const directory = projectDirectory();
  const project = projectName(directory);
  const loaded = loadEnvironmentOrExplain([], requireEnvironment(values), console);
  if (!loaded) return exit.findings;
  const { environment, model } = loaded;
  refuseOtherEngine(environment);
  const { takeover, problems } = await planTakeover(planOf(model), environment, secretFromProcess);
  if (!takeover) {
    console.say(`${renderTargets(problems, console.paintConversation)}Nothing was written.\n`);
    return exit.couldNotCheck;
  }
  const { name } = environment;
  const files = takeover.found.length > 0 ? write(takeover, project, name, directory) : [];
  console.print(
    isJson(values)
      ? json({ environment: name, files, ...takeoverJson(takeover) })
      : renderTakeover(takeover, console.paint),
  );
  console.say(summary(takeover, name, files));
  return takeover.shown.some(({ op }) => op === "replace") ? exit.findings : exit.ok;
}

function refuseOtherEngine({ name, engine, source }: Environment): void {
  if (engine === "pulumi") return;
  throw new UsageError(
    `${name} belongs to \`queueform apply\` (engine: ${engine} in ${source.path}). To hand it over to Pulumi, write engine: pulumi there and run this again: from then on \`apply\` refuses it, and nothing on the brokers changes by that.`,
  );
}

/** Returns the names of the files; the script is the last. They may be written anew: nobody writes in them by hand. */
function write({ found, shown }: Takeover, project: string, stack: string, directory: string): string[] {
  const base = `pulumi-import-${stack}`;
  const files = [
    { path: `${base}.json`, isProtected: true },
    { path: `${base}-unprotected.json`, isProtected: false },
  ].map((file) => ({
    ...file,
    found: found.filter(({ object }) => isProtected(object) === file.isProtected),
  }));
  const used = files.filter((file) => file.found.length > 0);
  for (const file of used)
    writeFileSync(join(directory, file.path), json(importFile(file.found, project, stack)));
  const script = importScript({
    stack,
    providers: [...new Set(found.map(({ object }) => providerUrn(object, project, stack)))],
    files: used,
    takesOver: shown.some(needsTakingOver),
    expectsNothing: shown.length === 0,
  });
  writeFileSync(join(directory, `${base}.sh`), script, { mode: 0o755 });
  return [...used.map(({ path }) => path), `${base}.sh`];
}

/** RabbitMQ and Kafka take what they have already for done; Kubernetes refuses it unless it is told to take it over. */
const needsTakingOver = ({ object, exists }: Shown): boolean =>
  object.kind === "kubernetes-object" && exists !== false;

function summary({ found, shown }: Takeover, stack: string, files: readonly string[]): string {
  const script = files.at(-1);
  if (script === undefined)
    return `${stack}: nothing that Pulumi can import is on the brokers. Run npx pulumi up -s ${stack}.\n`;
  const expectation =
    shown.length === 0
      ? "the preview has to show no change"
      : `the preview shows ${count(shown.length, "change")}, those above`;
  const takesOver = shown.some(needsTakingOver);
  const up = `${takesOver ? `${takeOverVariable} ` : ""}npx pulumi up -s ${stack}`;
  return `${stack}: ${count(found.length, "object")} to import; ${expectation}.
Wrote ${files.join(", ")}. Next:
  npx pulumi stack init ${stack}    # if there is none yet, and its secrets: pulumi config set --secret
  ./${script}    # fills Pulumi's state and previews; writes to no broker
  ${up}    # when the preview is as it says above
${
  takesOver
    ? `  npx pulumi up -s ${stack}    # the provider of Kubernetes is updated by that setting, and back by this run
`
    : ""
}`;
}
