import { canonicalJson } from "../../kinds/key.ts";
import { listedNames } from "../../kinds/rabbitmq-policy/matching.ts";
import { generatedPolicyPrefix, type QueueWithSettings, settingsOf } from "../../patterns/queue-settings.ts";
import type { JsonObject } from "../../topology/json.ts";
import { objectsOf } from "./compiled.ts";
import { headOf, type Vhost } from "./view.ts";
import { policyWords, settingWords } from "./words.ts";

export interface Settings {
  /** The words of all queues, by name. */
  readonly values: ReadonlyMap<string, JsonObject>;
  /** Keys of policies that need no words of their own, by the queues whose words make them. */
  readonly said: ReadonlyMap<string, readonly string[]>;
}

/** A policy that Queueform may have generated, and the words that its queues would have then, by name. */
interface Candidate {
  readonly key: string;
  readonly words: ReadonlyMap<string, JsonObject>;
}

/**
 * Turns policies that Queueform generated back into the words of queues they came from. Policies of people stay declared by
 * their own name and pattern, and so do those of ours that something else came between, or that a later one should have
 * taken the place of: which queues share a policy depends on all of them, so the rest is tried until it fits.
 */
export function recogniseSettings(vhost: Vhost, values: ReadonlyMap<string, JsonObject>): Settings {
  let candidates = candidatesIn(vhost, values);
  while (candidates.length > 0) {
    const completed = new Map([...values, ...candidates.flatMap(({ words }) => [...words])]);
    const made = generatedBy(vhost, completed, new Set(candidates.map(({ key }) => key)));
    const exact = candidates.filter(
      ({ key }) => canonicalJson(vhost.byKey.get(key)?.spec) === canonicalJson(made.get(key) ?? null),
    );
    if (exact.length === made.size && exact.length === candidates.length) {
      const said = exact.flatMap(({ key, words }) => [...words.keys()].map((name) => [name, [key]] as const));
      return { values: completed, said: new Map(said) };
    }
    // What fits by itself may still not fit beside the others.
    candidates = exact.length < candidates.length ? exact : [];
  }
  return { values, said: new Map() };
}

function candidatesIn({ policies }: Vhost, values: ReadonlyMap<string, JsonObject>): Candidate[] {
  return policies.flatMap(({ key, spec }): Candidate[] => {
    const names = spec.name.startsWith(generatedPolicyPrefix) ? listedNames(spec.pattern) : undefined;
    const words = names?.flatMap((name) => {
      const value = withSettings(values.get(name), spec.definition);
      return value ? [[name, value] as const] : [];
    });
    return words && words.length === names?.length ? [{ key, words: new Map(words) }] : [];
  });
}

/** The specs of policies that these words of queues make beside all policies but the `taken` ones, by key. */
function generatedBy(
  vhost: Vhost,
  queues: ReadonlyMap<string, JsonObject>,
  taken: ReadonlySet<string>,
): ReadonlyMap<string, JsonObject> {
  const others = vhost.policies.filter(({ key }) => !taken.has(key));
  const section = {
    ...headOf(vhost),
    queues: Object.fromEntries(queues),
    policies: Object.fromEntries(others.map(({ spec }) => [spec.name, policyWords(spec)])),
  };
  const generated = objectsOf({ rabbitmq: section }).filter(
    ({ kind, addedBy }) => kind === "rabbitmq-policy" && addedBy !== undefined,
  );
  return new Map(generated.map(({ key, spec }) => [key, spec]));
}

/** The words of a queue, completed so that they ask for exactly this; undefined where that can't be said. */
function withSettings(value: JsonObject | undefined, definition: JsonObject): JsonObject | undefined {
  if (!value) return undefined;
  // Retries ask for some of it by themselves.
  const asked = settingsOf(value as QueueWithSettings);
  const left = (keep: readonly string[]): JsonObject =>
    Object.fromEntries(
      Object.entries(definition).filter(([key, wanted]) => keep.includes(key) || asked[key] !== wanted),
    );
  return [left([]), left(["overflow"])]
    .flatMap((rest) => {
      const words = settingWords(rest);
      return words ? [{ ...value, ...words }] : [];
    })
    .find((words) => canonicalJson(settingsOf(words as QueueWithSettings)) === canonicalJson(definition));
}
