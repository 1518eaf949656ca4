import { configProblem, topicConfigs } from "../kinds/kafka-topic/configs.ts";
import type { TopicSpec, TopicValue } from "../kinds/kafka-topic/definition.ts";
import { keyMarkOf, markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import type { Rule } from "./rule.ts";

/** What the words of a topic are called as configs. */
const words: Record<string, keyof TopicValue> = {
  "retention.ms": "retention",
  "retention.bytes": "retentionBytes",
  "cleanup.policy": "cleanup",
};

export const rule: Rule = {
  id: "kafka-config",
  severity: "error",
  summary: "A topic config is unknown, out of range, said twice, or contradicts another.",
  why: "Kafka refuses to create or change the topic.",
  fix: "Correct the name or the value.",
  structural: true,
  check: ({ ofKind }, report) => {
    for (const { name: topic, value, spec, mark } of ofKind<TopicValue, TopicSpec>("kafka-topic")) {
      for (const [name, given] of Object.entries(value.config ?? {})) {
        const at = keyMarkOf(value, "config", name) ?? mark;
        const word = Object.hasOwn(words, name) ? words[name] : undefined;
        const problem = configProblem(name, String(given));
        if (!Object.hasOwn(topicConfigs, name)) {
          report({
            what: `Kafka knows no topic config "${name}".`,
            why: "It refuses to create the topic.",
            fix: `${suggestion(name, Object.keys(topicConfigs))}Correct or remove it.`,
            mark: at,
          });
        } else if (word !== undefined && value[word] !== undefined) {
          report({
            what: `"${topic}" says ${name} twice: as "${word}" and under config.`,
            why: "Only one of the two can hold.",
            fix: `Keep "${word}".`,
            mark: at,
          });
        } else if (problem !== undefined) {
          report({
            what: `"${name}" ${problem}; it is ${JSON.stringify(given)}.`,
            why: "Kafka refuses to create the topic.",
            fix: "Correct the value.",
            mark: markOf(value, "config", name) ?? mark,
          });
        }
      }
      const contradiction = contradictionIn(spec.config);
      if (contradiction === undefined) continue;
      const [name, what] = contradiction;
      report({
        what: `"${topic}" ${what}.`,
        why: "Kafka refuses to create the topic.",
        fix: "Correct one of the two.",
        mark: keyMarkOf(value, "config", name) ?? mark,
      });
    }
  },
};

/** Configs that are right alone and refused together, as the end of a sentence. Source: LogConfig.java validateValues. */
function contradictionIn(config: TopicSpec["config"]): [name: string, what: string] | undefined {
  const number = (name: string, fallback: number): number => Number(config[name] ?? fallback);
  for (const [unit, fallback] of [
    ["ms", 604_800_000],
    ["bytes", -1],
  ] as const) {
    const local = number(`local.retention.${unit}`, -2);
    const whole = number(`retention.${unit}`, fallback);
    if (local !== -2 && whole !== -1 && (local === -1 || local > whole))
      return [`local.retention.${unit}`, `keeps more on the brokers (local.retention.${unit}) than in all`];
  }
  if (number("min.compaction.lag.ms", 0) > number("max.compaction.lag.ms", Infinity))
    return ["min.compaction.lag.ms", "may compact no earlier than it must (min and max.compaction.lag.ms)"];
  if (config["remote.storage.enable"] === "true" && config["cleanup.policy"]?.includes("compact"))
    return [
      "remote.storage.enable",
      "is compacted and in remote storage, which takes topics with cleanup delete only",
    ];
  return undefined;
}
