import { isObject, type JsonObject } from "../../topology/json.ts";
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
            "Keys move to other partitions: where producers use keys, records with the same one may be read out of order, and a compacted topic may keep two of them.",
          );
    }
    if (field === "replicationFactor") {
      const needed = numberOf("min.insync.replicas", after.config["min.insync.replicas"]);
      if (after.replicationFactor < needed)
        return inPlace(
          "outage",
          `Fewer copies than the ${needed} that min.insync.replicas asks for: older brokers refuse writes with acks=all, newer ones take them with fewer copies.`,
        );
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
  operations: (field, before, after) => {
    const [groups, newGroups] = [groupsIn(before), groupsIn(after)];
    const gone = Object.keys(groups).filter((group) => !Object.hasOwn(newGroups, group));
    const come = Object.keys(newGroups).filter((group) => !Object.hasOwn(groups, group));
    const [from] = gone;
    const [to] = come;
    // Which of several became which is anybody's guess.
    if (gone.length !== 1 || come.length !== 1 || from === undefined || to === undefined) return undefined;
    if (field !== `consumers.${from}` && field !== `consumers.${to}`) return undefined;
    return inPlace(
      "ordering",
      `If consumer group "${from}" is called "${to}" from now on: the new group has no offsets, so it reads all records again or skips those that wait, as its auto.offset.reset says.`,
    );
  },
};

const groupsIn = ({ consumers }: JsonObject): Record<string, unknown> =>
  isObject(consumers) ? consumers : {};

function configChange(name: string, before: string | undefined, after: string | undefined): FieldConsequence {
  const from = numberOf(name, before);
  const to = numberOf(name, after);
  switch (name) {
    case "retention.ms":
    case "retention.bytes":
    case "local.retention.ms":
    case "local.retention.bytes":
      if (after === undefined)
        return to < from
          ? inPlace(
              "message-loss",
              `${name} goes back to the brokers' own, 7 days unless they were set otherwise: records beyond that are deleted for good.`,
            )
          : inPlace(
              "safe",
              `${name} goes back to the brokers' own, which is no less unless they were set otherwise.`,
            );
      return to < from
        ? inPlace("message-loss", "Records beyond the shorter retention are deleted for good, read or not.")
        : inPlace("safe", "Records are kept longer, which needs disk.");
    case "cleanup.policy":
      return cleanupChange(before ?? "delete", after ?? "delete");
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

function cleanupChange(before: string, after: string): FieldConsequence {
  const starts = (policy: string): boolean => after.includes(policy) && !before.includes(policy);
  if (starts("compact"))
    return inPlace(
      "message-loss",
      "Old values of each key are dropped, and records without a key are refused from now on.",
    );
  if (starts("delete"))
    return inPlace(
      "message-loss",
      "Keys older than the retention vanish, which is 7 days unless the topic says otherwise.",
    );
  return inPlace("safe", "Less is cleaned up than before, which needs disk.");
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
