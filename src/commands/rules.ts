import { renderDiagnostic } from "../report/diagnostics.ts";
import { renderRules, ruleJson } from "../report/rules.ts";
import { pages } from "../rules/lint/pages.ts";
import { readSeverities } from "../rules/lint/settings.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { projectDirectory } from "../topology/files.ts";
import { type Command, exit, isJson, json, outputOption } from "./command.ts";

export const command: Command = {
  positionals: "",
  maximumPositionals: 0,
  description:
    "Lists everything that can be found in topology files, with its severity in this project, which queueform.yaml may change.",
  options: { output: outputOption },
  run: async (_paths, values, console) => {
    const problems: Diagnostic[] = [];
    const severities = readSeverities(projectDirectory(), (problem) => problems.push(problem));
    for (const problem of problems) console.say(renderDiagnostic(problem, console.paintConversation));
    const all = [...pages.values()].map((page) => ({
      ...page,
      effective: severities.get(page.id) ?? page.severity,
    }));
    console.print(isJson(values) ? json(all.map(ruleJson)) : renderRules(all, console.paint));
    return problems.length > 0 ? exit.findings : exit.ok;
  },
};
