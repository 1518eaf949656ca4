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
