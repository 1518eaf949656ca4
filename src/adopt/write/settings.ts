import { canonicalJson } from "../../kinds/key.ts";
import { listedNames } from "../../kinds/rabbitmq-policy/matching.ts";
import { generatedPolicyPrefix, type QueueWithSettings, settingsOf } from "../../patterns/queue-settings.ts";
import type { JsonObject } from "../../topology/json.ts";
import { objectsOf } from "./compiled.ts";
import { headOf, type Vhost } from "./view.ts";
import { policyWords, settingWords } from "./words.ts";

interface Settings {
  /** The words of all queues, by name. */
  readonly values: ReadonlyMap<string, JsonObject>;
  /** Keys of policies that need no words of their own, by the queues whose words make them. */
  readonly said: ReadonlyMap<string, readonly string[]>;
}

/**
 * Turns policies that Queueform generated back into the words of queues they came from. Policies of people stay declared by
 * their own name and pattern. All or nothing: which queues share a policy depends on all of them.
 */
export function recogniseSettings(vhost: Vhost, values: ReadonlyMap<string, JsonObject>): Settings {
  const completed = new Map(values);
  const said = new Map<string, string[]>();
  const taken = new Set<string>();
  for (const { key, spec } of vhost.policies) {
    const names = spec.name.startsWith(generatedPolicyPrefix) ? listedNames(spec.pattern) : undefined;
    const words = names?.map((name) => withSettings(values.get(name), spec.definition));
    if (!names || !words || words.some((value) => value === undefined)) continue;
    taken.add(key);
    for (const [index, name] of names.entries()) {
      completed.set(name, words[index]!);
      said.set(name, [...(said.get(name) ?? []), key]);
    }
  }
  if (taken.size === 0) return { values, said };
  const others = vhost.policies.filter(({ key }) => !taken.has(key));
  const section = {
    ...headOf(vhost),
    queues: Object.fromEntries(completed),
    policies: Object.fromEntries(others.map(({ spec }) => [spec.name, policyWords(spec)])),
  };
  const generated = objectsOf({ rabbitmq: section }).filter(
    ({ kind, addedBy }) => kind === "rabbitmq-policy" && addedBy !== undefined,
  );
  const isExact =
    generated.length === taken.size &&
    generated.every(
      ({ key, spec }) => taken.has(key) && canonicalJson(vhost.byKey.get(key)?.spec) === canonicalJson(spec),
    );
  return isExact ? { values: completed, said } : { values, said: new Map() };
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
