import { readFileSync, statSync } from "node:fs";
import type { Environment } from "../environment/environment.ts";
import { readEnvironment } from "../environment/read.ts";
import { gateJson, harmless, renderGate, renderUnused, summarizeGate } from "../report/gate.ts";
import { gate } from "../stack/gate.ts";
import { readPreview } from "../stack/preview.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, worst } from "./command.ts";
import { approvalsOrExplain } from "./approvals.ts";
import { explain } from "./diagnose.ts";
import { requireEnvironment } from "./environment.ts";

/** A preview of 10,000 new objects has 50 MB. */
const largest = 256 * 1024 * 1024;

export const command: Command = {
  positionals: "PREVIEW.json",
  maximumPositionals: 1,
  description:
    "Reads what `pulumi preview --json` wrote and refuses every deletion and replacement that topology/approvals.yaml doesn't name, with all that goes along. Runs between preview and up; asks no broker.",
  options: { env: environmentOption, output: outputOption },
  run: async ([path], values, console) => {
    const environment = pulumiEnvironment(requireEnvironment(values), (errors) => explain(errors, console));
    if (!environment) return exit.findings;
    const name = path ?? "";
    const preview = readPreview(readText(path), name);
    if (preview.stack !== environment.name) {
      throw new UsageError(
        `${name} is a preview of the stack ${preview.stack}, and not of ${environment.name}. Name the environment that it is about: --env ${preview.stack}`,
      );
    }
    const approvals = approvalsOrExplain(console);
    if (!approvals) return exit.findings;
    const own = approvals.filter((approval) => approval.environment === environment.name);
    const now = new Date();
    const result = judged(() => gate(preview, own, now), name);
    console.print(
      isJson(values)
        ? json({ environment: environment.name, ...gateJson(result) })
        : renderGate(result, console.paint, now),
    );
    console.say(renderUnused(result.unused));
    for (const message of result.errors)
      console.say(`The preview failed, so it may not say everything: ${harmless(message)}\n`);
    console.say(`${environment.name}: ${summarizeGate(result)}\n`);
    return worst(
      result.errors.length > 0 ? exit.couldNotCheck : exit.ok,
      result.steps.some(({ stopped }) => stopped !== undefined) ? exit.findings : exit.ok,
    );
  },
};

/** Throws UsageError for values that contain each other deeper than any of Pulumi's. */
function judged<T>(judge: () => T, name: string): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${name} is not what a preview writes: it nests too deeply. Write it anew.`);
  }
}

/** Throws UsageError for an environment of the other engine; undefined when the stack file has errors. */
function pulumiEnvironment(name: string, onErrors: (errors: Diagnostic[]) => void): Environment | undefined {
  const errors: Diagnostic[] = [];
  const environment = readEnvironment(projectDirectory(), name, (error) => void errors.push(error));
  if (!environment) onErrors(errors);
  else if (environment.engine !== "pulumi")
    throw new UsageError(
      `${name} belongs to \`queueform apply\`, which refuses by itself what nobody names: Pulumi has no preview of it.`,
    );
  return environment;
}

function readText(path: string | undefined): string {
  if (path === undefined)
    throw new UsageError("Which preview? Write one: pulumi preview --json -s ENV > preview.json");
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new UsageError(`There is no file "${path}". Write it: pulumi preview --json -s ENV > ${path}`);
  if (stat.size > largest)
    throw new UsageError(
      `${path} has ${Math.round(stat.size / 1024 / 1024)} MB, more than any preview. Name the file you meant.`,
    );
  return readFileSync(path, "utf8");
}
