import { secretFromProcess } from "../environment/secrets.ts";
import { inspect } from "../live/inspect.ts";
import { planOf } from "../plan/model.ts";
import { driftJson, renderDrift, summarizeDrift } from "../report/drift.ts";
import { renderTargets } from "../report/targets.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, worst } from "./command.ts";
import { loadEnvironmentOrExplain } from "./diagnose.ts";
import { requireEnvironment } from "./environment.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Compares the brokers of an environment with the files: what was changed, what is missing, what nobody declared. Changes nothing.",
  options: { env: environmentOption, output: outputOption },
  run: async (paths, values, console) => {
    const loaded = loadEnvironmentOrExplain(paths, requireEnvironment(values), console);
    if (!loaded) return exit.findings;
    const { environment } = loaded;
    const { targets, drift } = await inspect(planOf(loaded.model), environment, secretFromProcess);
    const wrong = targets.filter(({ problem }) => problem !== undefined);
    if (isJson(values)) {
      console.print(json({ environment: environment.name, targets, ...driftJson(drift) }));
    } else {
      console.print(renderDrift(drift, console.paint));
    }
    if (wrong.length > 0) console.say(renderTargets(wrong, console.paintConversation));
    console.say(`${environment.name}: ${summarizeDrift(drift)}\n`);
    const drifted = drift.changed.length + drift.missing.length + drift.unmanaged.length > 0;
    return worst(wrong.length > 0 ? exit.couldNotCheck : exit.ok, drifted ? exit.changes : exit.ok);
  },
};
