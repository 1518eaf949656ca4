import { isObject } from "../topology/json.ts";
import { masked } from "../topology/masked.ts";

/** What names of secrets end with. A checksum would tell that a secret changed; a flag called token is no token. */
const secretName =
  /(pass(word|wd|phrase)|secret|token|credentials?|checksum|(api|private|access)[_-]?key|stringData)$/i;
const reference = /^\$\{secret:[A-Z][A-Z0-9_]*\}$/;
const hidden = "***";

/**
 * A value of a spec as it may be shown. Compiled specs hold references, but an old revision or a broker may hold a secret
 * in clear: whatever a name says is one becomes `***`, whatever it was. References stay.
 */
export function withoutSecrets(
  field: string,
  value: unknown,
  spec: Readonly<Record<string, unknown>> = {},
): unknown {
  // Everything in the data of a Kubernetes Secret is one, whatever its name.
  const data = spec["kind"] === "Secret" && /^(data|stringData)(\.|$)/.test(field);
  return walk(value, data || secretName.test(field));
}

function walk(value: unknown, secret: boolean): unknown {
  if (typeof value === "string") return secret && !reference.test(value) ? hidden : readable(value);
  if (typeof value === "number") return secret ? hidden : value;
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, secret));
  if (!isObject(value)) return value;
  // Kubernetes writes variables as a list of names and values.
  const named = typeof value["name"] === "string" && secretName.test(value["name"]);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      walk(inner, secret || secretName.test(key) || (named && key === "value")),
    ]),
  );
}

/** In redis.conf names and values are words: requirepass PASSWORD, user NAME >PASSWORD. */
const readable = (text: string): string =>
  masked(text)
    .replace(/\b((?:requirepass|masterauth|[\w-]*key-file-pass)\s+)(?!\$)\S+/gi, `$1${hidden}`)
    .replace(/^\s*user\s[^\n]*/gim, (line) => line.replace(/(?<=\s)[>#<!]\S+/g, hidden));
