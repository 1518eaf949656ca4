import { type Environment, withTimeout } from "../environment/environment.ts";
import { environmentNames } from "../environment/read.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import { text, type Values } from "./command.ts";

/** The --env of a command that can't do without. */
export function requireEnvironment(values: Values): string {
  const name = text(values, "env");
  if (name !== undefined) return name;
  const known = environmentNames(projectDirectory());
  throw new UsageError(
    `Which environment? Add --env ENV.${known.length > 0 ? ` There are: ${known.join(", ")}.` : " There is none yet: create stacks/Pulumi.ENV.yaml."}`,
  );
}

/** Seconds; more than a day is a mistake, and more than timers can hold would end at once. */
const longestTimeout = 86_400;

/** The environment with the --timeout of a command, if there is one. Throws UsageError when it is no number of seconds. */
export function withTimeoutOf(environment: Environment, values: Values): Environment {
  const written = text(values, "timeout");
  if (written === undefined) return environment;
  const seconds = Number(written);
  if (!(seconds > 0 && seconds <= longestTimeout) || !/^\d*\.?\d+$/.test(written))
    throw new UsageError(
      `--timeout can't be "${written}". Give a number of seconds up to ${longestTimeout}, such as 30.`,
    );
  return withTimeout(environment, seconds * 1000);
}
