import { secretFromProcess } from "../environment/secrets.ts";
import { readIgnores, ignoreFile, writeIgnores } from "../live/ignore-file.ts";
import { withoutIgnored } from "../live/ignore.ts";
import { inspect } from "../live/inspect.ts";
import { compareState, readState } from "../stack/state.ts";
import { planOf } from "../plan/model.ts";
import { driftDocument, type DriftDocument } from "../report/drift/document.ts";
import { annotationsOf, sarifOf } from "../report/drift/findings.ts";
import { renderMarkdown } from "../report/drift/markdown.ts";
import { renderDrift, summarizeDrift } from "../report/drift/pretty.ts";
import { couldNotCheck, foundIn } from "../report/drift/verdict.ts";
import type { Paint } from "../report/style.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { type Command, environmentOption, exit, json, text, timeoutOption, worst } from "./command.ts";
import { explain, loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment, withTimeoutOf } from "./environment.ts";
import { writeJobSummary } from "./job-summary.ts";
import { pathInRepository } from "./repository.ts";

const formats: Readonly<Record<string, (document: DriftDocument, paint: Paint) => string>> = {
  pretty: renderDrift,
  json,
  markdown: (document) => renderMarkdown(document),
  sarif: (document) => json(sarifOf(document)),
  github: annotationsOf,
};

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Compares the brokers of an environment with the files: what was changed, what is missing, what nobody declared, what could not be checked. Says who would win, and how to put it right. Changes nothing on the brokers.",
  options: {
    env: environmentOption,
    timeout: timeoutOption,
    state: {
      type: "string",
      placeholder: "FILE",
      description:
        "Also compare with Pulumi's state, as `pulumi stack export --file FILE` writes it (default: what a file-backed state keeps in .pulumi)",
    },
    "write-ignore": {
      type: "string",
      placeholder: "REASON",
      description: `Add every difference found to ${ignoreFile}, with this reason: from the next run on only others are reported`,
    },
    output: {
      type: "string",
      short: "o",
      placeholder: "FORMAT",
      description: `${Object.keys(formats).join(", ")}; github marks lines in a workflow run and writes the job summary`,
      values: Object.keys(formats),
    },
  },
  run: async (paths, values, console) => {
    const name = requireEnvironment(values);
    const format = text(values, "output") ?? "pretty";
    const reason = text(values, "write-ignore");
    if (reason?.trim() === "")
      throw new UsageError("--write-ignore needs the reason why what differs may stay.");
    const loaded = loadEnvironmentOrExplain(paths, name, console);
    if (!loaded) return exit.findings;
    const environment = withTimeoutOf(loaded.environment, values);
    const directory = projectDirectory();
    const errors: Diagnostic[] = [];
    const entries = readIgnores(directory, (error) => errors.push(error));
    if (errors.length > 0) {
      explain(errors, console);
      return exit.findings;
    }
    const stateFile = text(values, "state");
    if (stateFile !== undefined && environment.engine === "direct")
      throw new UsageError(`The environment ${name} is not Pulumi's, so it has no state to compare with.`);
    const pulumi = environment.engine === "pulumi" ? readState(directory, environment, stateFile) : undefined;
    if (environment.engine === "pulumi" && !pulumi)
      console.say(
        `Pulumi's state was not compared: none is in this project. pulumi stack export -s ${name} --file FILE, then --state FILE\n`,
      );
    const plan = planOf(loaded.model);
    const { targets, drift, ailments } = await inspect(plan, environment, secretFromProcess);
    const rest = withoutIgnored(drift, entries, name);
    const document = driftDocument({
      environment,
      targets,
      rest,
      ailments,
      folder: format === "pretty" ? "" : pathInRepository(),
      isEverything: paths.length === 0,
      ...(pulumi && { state: compareState(pulumi, plan, drift) }),
    });
    console.print((formats[format] ?? renderDrift)(document, console.paint));
    if (format === "github") writeJobSummary((maximum) => renderMarkdown(document, { maximum }));
    const problems = couldNotCheck(document);
    for (const problem of problems) console.say(`Could not check: ${problem}\n`);
    if (reason !== undefined) {
      const added = writeIgnores(directory, rest.drift, name, reason);
      console.say(`${ignoreFile}: ${added} ${added === 1 ? "entry" : "entries"} added.\n`);
    }
    console.say(summarizeDrift(document));
    return worst(
      problems.length > 0 ? exit.couldNotCheck : exit.ok,
      foundIn(document).length > 0 ? exit.changes : exit.ok,
    );
  },
};
