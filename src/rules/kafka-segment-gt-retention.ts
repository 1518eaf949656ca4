import { keyMarkOf } from "../topology/mark.ts";
import { writtenTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

const dayInMilliseconds = 86_400_000;
/** Kafka's default. */
const weekInMilliseconds = 7 * dayInMilliseconds;

export const rule: Rule = {
  id: "kafka-segment-gt-retention",
  severity: "warning",
  summary: "The segments of a topic stay open longer than its records should be kept.",
  why: "Kafka deletes closed segments only, so on a quiet topic records stay much longer than the retention says.",
  fix: "Set segment.ms to the retention or less, but not to minutes: every segment is a set of open files.",
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenTopics(model)) {
      const { "retention.ms": kept, "segment.ms": said, "cleanup.policy": cleanup = "delete" } = spec.config;
      const retention = Number(kept);
      const segment = Number(said ?? weekInMilliseconds);
      if (kept === undefined || retention < 0 || segment <= retention || !cleanup.includes("delete"))
        continue;
      const isSaid = said !== undefined;
      // Records that stay a week instead of three days surprise nobody; instead of an hour they do.
      if (!isSaid && retention >= dayInMilliseconds) continue;
      report({
        what: `"${name}" keeps records for ${retention} ms, and closes its segments after ${segment} ms${isSaid ? "" : ", Kafka's default"}.`,
        ...(!isSaid && { severity: "info" }),
        mark: (isSaid ? keyMarkOf(value, "config", "segment.ms") : keyMarkOf(value, "retention")) ?? mark,
      });
    }
  },
};
