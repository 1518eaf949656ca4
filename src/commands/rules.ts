import { renderRules, ruleJson } from "../report/rules.ts";
import { pages } from "../rules/lint/pages.ts";
import { type Command, exit, isJson, json, outputOption } from "./command.ts";

export const command: Command = {
  positionals: "",
  maximumPositionals: 0,
  description:
    "Lists everything that can be found in topology files, with its severity. queueform.yaml changes severities for a project.",
  options: { output: outputOption },
  run: async (_paths, values, console) => {
    const all = [...pages.values()];
    console.print(isJson(values) ? json(all.map(ruleJson)) : renderRules(all, console.paint));
    return exit.ok;
  },
};
