import { kinds } from "../kinds/definitions.generated.ts";
import { planOf } from "../plan/model.ts";
import type { Plan } from "../plan/plan.ts";
import { renderPlan } from "../report/plan.ts";
import { count } from "../report/style.ts";
import { type Command, environmentOption, exit, isJson, json, outputOption, text } from "./command.ts";
import { loadOrExplain } from "./diagnose.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Prints the objects that an environment's brokers should have. Needs no broker; secrets stay references.",
  options: { env: environmentOption, output: outputOption },
  run: async (paths, values, console) => {
    const loaded = loadOrExplain(paths, text(values, "env"), console);
    if (!loaded) return exit.findings;
    const plan = planOf(loaded.model);
    console.print(isJson(values) ? json(plan) : renderPlan(plan, console.paint));
    console.say(`${summary(plan)}\n`);
    return exit.ok;
  },
};

function summary({ environment, objects }: Plan): string {
  const perNoun = Map.groupBy(objects, ({ kind }) => kinds[kind]!.noun);
  const parts = [...perNoun].map(([noun, { length }]) => count(length, noun));
  return `${environment ? `${environment}: ` : ""}${count(objects.length, "object")}${parts.length > 0 ? ` (${parts.join(", ")})` : ""}`;
}
