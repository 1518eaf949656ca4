import { keyMarkOf } from "../topology/mark.ts";
import { writtenTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-compact-no-key",
  severity: "error",
  summary: "A compacted topic doesn't say what its key is.",
  why: "Compaction keeps the last record of each key, and Kafka refuses records without one.",
  fix: 'Add "key: <field>", or use "cleanup: delete".',
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenTopics(model)) {
      const isCompacted = spec.config["cleanup.policy"]?.split(",").includes("compact");
      if (!isCompacted || value.key !== undefined) continue;
      const word = value.cleanup === undefined ? ["config", "cleanup.policy"] : ["cleanup"];
      report({
        what: `"${name}" is compacted and has no key.`,
        mark: keyMarkOf(value, ...word) ?? mark,
      });
    }
  },
};
