import { renderRouteTests, routeTestsJson, summarizeRouteTests } from "../report/route-tests.ts";
import { runRouteTests } from "../routing/tests.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, text } from "./command.ts";
import { loadOrExplain } from "./diagnose.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Runs the routing tests (routes:) of topology files and says which bindings none of them uses. Needs no broker.",
  options: { env: environmentOption, output: outputOption },
  run: async (paths, values, console) => {
    // Failed tests are errors of the files too, and shown here as what they are.
    const loaded = loadOrExplain(paths, text(values, "env"), console, true);
    if (!loaded) return exit.findings;
    const results = runRouteTests(loaded.model);
    console.print(isJson(values) ? json(routeTestsJson(results)) : renderRouteTests(results, console.paint));
    console.say(`${summarizeRouteTests(results)}\n`);
    return results.tests.some(({ failure }) => failure) ? exit.findings : exit.ok;
  },
};
