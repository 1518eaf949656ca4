import { checkTargets } from "../live/targets.ts";
import { secretFromProcess } from "../environment/secrets.ts";
import { planOf } from "../plan/model.ts";
import { renderTargets } from "../report/targets.ts";
import {
  type Command,
  environmentOption,
  exit,
  isJson,
  json,
  outputOption,
  timeoutOption,
} from "./command.ts";
import { loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment, withTimeoutOf } from "./environment.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Checks that every cluster of an environment can be reached, accepts the login, and is the one that the stack file means.",
  options: { env: environmentOption, timeout: timeoutOption, output: outputOption },
  run: async (paths, values, console) => {
    const loaded = loadEnvironmentOrExplain(paths, requireEnvironment(values), console);
    if (!loaded) return exit.findings;
    const environment = withTimeoutOf(loaded.environment, values);
    const targets = await checkTargets(environment, planOf(loaded.model), secretFromProcess);
    console.print(
      isJson(values)
        ? json({ environment: environment.name, targets })
        : renderTargets(targets, console.paint),
    );
    return targets.some(({ problem }) => problem !== undefined) ? exit.couldNotCheck : exit.ok;
  },
};
