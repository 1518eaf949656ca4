import { isObject, type JsonObject } from "../../topology/json.ts";
import { canonicalJson } from "../key.ts";

/** The two inputs of the provider that hold arguments; at most one of them is given. */
export interface CanonicalArguments {
  readonly arguments?: Record<string, string>;
  readonly argumentsJson?: string;
}

/**
 * Arguments in the form in which the provider reads them back: none as nothing, texts alone as a map, anything else as
 * JSON. The other form of equal arguments counts as a change, and any change replaces a queue.
 * Source: providers/rabbitmq resource_queue.go and resource_binding.go, ReadQueue and ReadBinding.
 */
export function canonicalArguments(values: JsonObject): CanonicalArguments {
  const entries = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return {};
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.length === entries.length
    ? { arguments: Object.fromEntries(texts) }
    : { argumentsJson: canonicalJson(values) };
}

/** The way back: the arguments in a resource's settings; undefined for what `canonicalArguments` can't have written. */
export function specArguments(settings: Readonly<Record<string, unknown>>): JsonObject | undefined {
  const { arguments: texts = {}, argumentsJson } = settings;
  if (typeof argumentsJson === "string" && argumentsJson !== "") {
    try {
      const values: unknown = JSON.parse(argumentsJson);
      return isObject(values) ? (values as JsonObject) : undefined;
    } catch {
      return undefined;
    }
  }
  if (!isObject(texts)) return undefined;
  // The provider's bridge notes there which values are defaults.
  return Object.fromEntries(Object.entries(texts).filter(([name]) => name !== "__defaults")) as JsonObject;
}
