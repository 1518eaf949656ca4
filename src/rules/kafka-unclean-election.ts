import { keyMarkOf } from "../topology/mark.ts";
import { writtenTopics } from "./lint/topics.ts";
import type { Rule } from "./rule.ts";

const config = "unclean.leader.election.enable";

export const rule: Rule = {
  id: "kafka-unclean-election",
  severity: "warning",
  summary: "A topic may get a leader that lacks records.",
  why: "When the replicas in sync are down, one that lags takes over: records that were confirmed are gone.",
  fix: "Remove unclean.leader.election.enable; being unable to write for a while loses nothing.",
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenTopics(model)) {
      if (spec.config[config] !== "true") continue;
      report({
        what: `"${name}" may get a leader that lacks records.`,
        mark: keyMarkOf(value, "config", config) ?? mark,
      });
    }
  },
};
