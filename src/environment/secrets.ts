import { readFileSync } from "node:fs";
import { UsageError } from "../topology/files.ts";

const reference = /^\$\{secret:([A-Z][A-Z0-9_]*)\}$/;

/** The name in `${secret:NAME}`; undefined for any other text. */
export function secretName(text: string): string | undefined {
  return reference.exec(text)?.[1];
}

/** Finds the value of a secret by name. Throws UsageError when there is none. */
export type SecretLookup = (name: string) => string;

/** For the command line: the environment variable NAME, or the file that NAME_FILE names. */
export function secretFromProcess(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  const path = environment[`${name}_FILE`];
  if (path !== undefined && path !== "") {
    try {
      return readFileSync(path, "utf8").replace(/\r?\n$/, "");
    } catch (error) {
      throw new UsageError(
        `The secret ${name} should be in the file that ${name}_FILE names, which can't be read (${(error as NodeJS.ErrnoException).code}).`,
      );
    }
  }
  throw new UsageError(
    `The secret ${name} is not set. Set the environment variable ${name}, or ${name}_FILE to a file that holds it.`,
  );
}

/** A text as the broker gets it: the secret that it refers to, or the text itself. */
export function resolveSecret(text: string, lookup: SecretLookup): string {
  const name = secretName(text);
  return name === undefined ? text : lookup(name);
}

/** Every text in `value` that is a secret reference, replaced by its secret. */
export function resolveSecrets<T>(value: T, lookup: SecretLookup): T {
  if (typeof value === "string") return resolveSecret(value, lookup) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => resolveSecrets(item, lookup)) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, resolveSecrets(inner as unknown, lookup)]),
    ) as T;
  }
  return value;
}
