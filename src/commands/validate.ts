import { loadEach } from "../load.ts";
import { environmentNames } from "../environment/read.ts";
import { projectDirectory } from "../topology/files.ts";
import type { Severity } from "../topology/diagnostic.ts";
import { diagnosticJson, inReadingOrder, renderDiagnostic, summarize } from "../report/diagnostics.ts";
import { count } from "../report/style.ts";
import { approvalDiagnostics } from "./approvals.ts";
import { atOrAbove } from "./diagnose.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, text } from "./command.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Checks topology files (default: topology/) and, without --env, what every environment makes of them. Needs no broker.",
  options: {
    env: {
      ...environmentOption,
      description: "Check what this environment makes of the files, instead of all of them",
    },
    "fail-on": {
      type: "string",
      placeholder: "SEVERITY",
      description: "Exit with 1 from this severity on: error (default), warning or info",
      values: ["error", "warning", "info"],
    },
    output: outputOption,
  },
  run: async (paths, values, console) => {
    const named = text(values, "env");
    // Files that are right by themselves can still be wrong together with an overlay. Only the project's own topology
    // goes with its stacks; files from elsewhere don't.
    const others = named === undefined && paths.length === 0 ? environmentNames(projectDirectory()) : [];
    const all = loadEach(paths, [named, ...others]);
    const loaded = all[0]!;
    const found = all.flatMap((one) => one.diagnostics);
    if (paths.length === 0) found.push(...approvalDiagnostics(all));
    const diagnostics = inReadingOrder(found);
    if (isJson(values)) {
      console.print(json({ diagnostics: diagnostics.map(diagnosticJson) }));
    } else {
      for (const diagnostic of diagnostics) console.print(`${renderDiagnostic(diagnostic, console.paint)}\n`);
    }
    const checked = loaded.model
      ? `${count(loaded.model.files.length, "file")}, ${count(loaded.model.byKey.size, "object")}: `
      : "";
    console.say(`${checked}${summarize(diagnostics)}\n`);
    return atOrAbove(diagnostics, (text(values, "fail-on") ?? "error") as Severity) ? exit.findings : exit.ok;
  },
};
