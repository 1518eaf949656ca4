import { resolveSecret, resolveSecrets, type SecretLookup } from "../environment/secrets.ts";
import { at, type Manifest } from "../kinds/kubernetes-object/manifest.ts";
import { otherSecret, someSecret } from "../kinds/password.ts";
import { UsageError } from "../topology/files.ts";
import { isObject, type Json, type JsonObject } from "../topology/json.ts";

export interface ObservedSecret {
  /** In the words of the declaration: a value that is as declared shows as the reference that it was declared with. */
  readonly stringData: JsonObject;
  /** Why some value could not be compared; such values count as equal. */
  readonly unchecked?: string;
}

/** Compares the values of a Secret without showing any. */
export function observeSecret(declared: Manifest, living: JsonObject, lookup: SecretLookup): ObservedSecret {
  const wanted = texts(at(declared, "stringData"));
  const is = texts(at(living, "data"));
  const stringData: JsonObject = {};
  let unchecked: string | undefined;
  for (const [name, encoded] of Object.entries(is)) {
    const text = wanted[name];
    if (text === undefined) {
      stringData[name] = someSecret;
      continue;
    }
    try {
      stringData[name] =
        Buffer.from(encoded, "base64").toString() === resolveSecret(text, lookup) ? text : otherSecret;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      unchecked = error.message;
      stringData[name] = text;
    }
  }
  return { stringData, ...(unchecked !== undefined && { unchecked }) };
}

/**
 * The manifest as the API server gets it, secrets filled in. Throws UsageError for a secret that is not set. `stringData`
 * becomes `data`: the server would do the same, but forget who owns it.
 */
export function withSecrets(manifest: Manifest, lookup: SecretLookup): Manifest {
  const resolved = resolveSecrets(manifest, lookup);
  const { stringData } = resolved;
  if (stringData === undefined) return resolved;
  const data = Object.entries(texts(stringData)).map(([name, text]) => [
    name,
    Buffer.from(text).toString("base64"),
  ]);
  const complete: Manifest = { ...resolved, data: Object.fromEntries(data) as JsonObject };
  delete complete["stringData"];
  return complete;
}

function texts(block: Json | undefined): Record<string, string> {
  if (!isObject(block)) return {};
  return Object.fromEntries(
    Object.entries(block).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
