import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import { positionOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-topic-name",
  severity: "error",
  summary: "Kafka refuses the name of a topic, or takes two for the same.",
  why: "The topic can't be created; names with __ belong to Kafka itself.",
  fix: "Use 1 to 249 letters, digits, dots, underscores and hyphens, not differing from another topic by . and _ alone.",
  structural: true,
  check: ({ ofKind }, report) => {
    const folded = new Map<string, { name: string; where: string }>();
    for (const { name, cluster, mark } of ofKind<unknown, TopicSpec>("kafka-topic")) {
      const refuse = (what: string, why: string, fix: string): void => report({ what, why, fix, mark });
      if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === "." || name === "..") {
        refuse(
          `"${name}" can't be the name of a topic.`,
          "Kafka takes 1 to 249 letters, digits, dots, underscores and hyphens.",
          "Choose such a name.",
        );
      } else if (name.startsWith("__")) {
        refuse(
          `"${name}" starts with __, which Kafka keeps for its own topics.`,
          "Changing or deleting one of those breaks the cluster.",
          "Choose another name.",
        );
      }
      // Kafka names its metrics by topic with dots made underscores, and refuses two that become equal.
      const id = JSON.stringify([cluster, name.replaceAll(".", "_")]);
      const other = folded.get(id);
      if (other && other.name !== name) {
        refuse(
          `"${name}" and "${other.name}" (${other.where}) differ only by . and _.`,
          "Kafka takes them for the same name and refuses the second one.",
          "Rename one of them.",
        );
      }
      folded.set(id, { name, where: `${mark.source.path}:${positionOf(mark.source, mark.start).line}` });
    }
  },
};
