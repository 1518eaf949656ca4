import type { FieldConsequence, Impact, ImpactLevel } from "../kind.ts";
import type { TopicSpec } from "./definition.ts";

const inPlace = (impact: ImpactLevel, sentence: string): FieldConsequence => ({
  effect: "in-place",
  impact,
  sentence,
});

export const topicImpact: Impact<TopicSpec> = {
  added: () => ({ impact: "safe", sentence: "A new topic." }),
  removed: ({ name }) => ({
    impact: "message-loss",
    sentence: `Deleting topic "${name}" deletes its records and orphans the offsets of its consumer groups.`,
  }),
  changed: (field, before, after) => {
    if (field === "name")
      return {
        effect: "replaces",
        impact: "message-loss",
        sentence: "A topic can't be renamed: the old one is deleted with its records.",
      };
    if (field === "partitions") {
      return after.partitions < before.partitions
        ? {
            effect: "replaces",
            impact: "message-loss",
            sentence:
              "Kafka can't take partitions away: the topic is deleted with its records and made anew.",
          }
        : inPlace(
            "ordering",
            "Keys move to other partitions: records with the same key may be read out of order, and a compacted topic may keep two of them.",
          );
    }
    if (field === "replicationFactor") {
      return after.replicationFactor < before.replicationFactor
        ? inPlace(
            "durability",
            "Fewer copies of every record: fewer brokers may fail before data is lost or writes stop.",
          )
        : inPlace(
            "disruption",
            "Every partition is copied to more brokers, which costs network and disk while it lasts.",
          );
    }
    const name = field.replace(/^config\./, "");
    return configChange(name, before.config[name], after.config[name]);
  },
};

function configChange(name: string, before: string | undefined, after: string | undefined): FieldConsequence {
  const from = numberOf(name, before);
  const to = numberOf(name, after);
  switch (name) {
    case "retention.ms":
    case "retention.bytes":
    case "local.retention.ms":
    case "local.retention.bytes":
      return to < from
        ? inPlace("message-loss", "Records beyond the shorter retention are deleted for good, read or not.")
        : inPlace("safe", "Records are kept longer, which needs disk.");
    case "cleanup.policy":
      return inPlace(
        "message-loss",
        after?.includes("compact")
          ? "Old values of each key are dropped, and records without a key are refused from now on."
          : "Keys older than the retention vanish, which is 7 days unless the topic says otherwise.",
      );
    case "max.message.bytes":
      return to < from
        ? inPlace("outage", "Producers of larger records are refused (RecordTooLarge).")
        : inPlace("disruption", "Consumers and dead letter topics must be able to take the larger records.");
    case "min.insync.replicas":
      return to > from
        ? inPlace("outage", "Writes with acks=all stop as soon as fewer replicas than this are in sync.")
        : inPlace("durability", "A write counts as done with fewer copies.");
    case "unclean.leader.election.enable":
      return after === "true"
        ? inPlace("message-loss", "A replica that lags may become leader: what it had not copied is lost.")
        : inPlace("safe", "Only replicas that are in sync may lead.");
    case "delete.retention.ms":
      return to < from
        ? inPlace("durability", "Slow consumers of a compacted topic may miss deletions.")
        : inPlace("safe", "Deletions stay visible longer.");
    case "message.timestamp.type":
      return inPlace("disruption", "Retention and event time are counted from another timestamp.");
    default:
      return inPlace("disruption", `${name} changes on the living topic; records stay.`);
  }
}

/** Kafka's own defaults, where a missing value must be compared as a number; -1 is "no limit". */
const defaults: Record<string, number> = {
  "retention.ms": 604_800_000,
  "retention.bytes": -1,
  "local.retention.ms": -2,
  "local.retention.bytes": -2,
  "max.message.bytes": 1_048_588,
  "min.insync.replicas": 1,
  "delete.retention.ms": 86_400_000,
};

function numberOf(name: string, value: string | undefined): number {
  const number = value === undefined ? (defaults[name] ?? NaN) : Number(value);
  return number < 0 ? Infinity : number;
}
