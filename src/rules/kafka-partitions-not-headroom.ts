import { markOf } from "../topology/mark.ts";
import { writtenTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

const few = 3;

export const rule: Rule = {
  id: "kafka-partitions-not-headroom",
  severity: "info",
  summary: "A topic with a key has hardly any partitions.",
  why: "Partitions can only grow, and growing sends a key to another partition: the order per key breaks at that moment.",
  fix: "Choose as many as the largest consumer group of the next year needs, for example 12.",
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenTopics(model)) {
      if (value.key === undefined || spec.partitions >= few) continue;
      report({
        what: `"${name}" keeps order by ${value.key} and has ${spec.partitions === 1 ? "one partition" : "two partitions"}.`,
        mark: markOf(value, "partitions") ?? mark,
      });
    }
  },
};
