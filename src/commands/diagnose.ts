import type { Diagnostic, Severity } from "../topology/diagnostic.ts";
import { load, type Loaded } from "../load.ts";
import type { Model } from "../plan/model.ts";
import type { Environment } from "../environment/environment.ts";
import { inReadingOrder, renderDiagnostic, summarize } from "../report/diagnostics.ts";
import type { Console } from "./command.ts";

const order: Severity[] = ["error", "warning", "info"];

export function atOrAbove(diagnostics: readonly Diagnostic[], threshold: Severity): boolean {
  return diagnostics.some(({ severity }) => order.indexOf(severity) <= order.indexOf(threshold));
}

/**
 * Loads what a command works on. Problems go to stderr; undefined when there are errors and nothing can be done.
 * `anyModel` is for commands that show what a topology does, right or wrong: they stop only where there is none.
 */
export function loadOrExplain(
  paths: readonly string[],
  environment: string | undefined,
  console: Console,
  anyModel = false,
): (Loaded & { model: Model }) | undefined {
  const loaded = load(paths, environment);
  const errors = loaded.diagnostics.filter(({ severity }) => severity === "error");
  if ((errors.length === 0 || anyModel) && loaded.model) return { ...loaded, model: loaded.model };
  explain(errors, console);
  return undefined;
}

/** Says on stderr why nothing is done. */
export function explain(errors: readonly Diagnostic[], console: Console): void {
  for (const diagnostic of inReadingOrder(errors))
    console.say(renderDiagnostic(diagnostic, console.paintConversation));
  console.say(`${summarize(errors)}. Nothing was done.\n`);
}

export type LoadedEnvironment = { model: Model; environment: Environment };

/** The same for commands that need an environment. */
export function loadEnvironmentOrExplain(
  paths: readonly string[],
  name: string,
  console: Console,
): LoadedEnvironment | undefined {
  const loaded = loadOrExplain(paths, name, console);
  return loaded?.environment && { model: loaded.model, environment: loaded.environment };
}
