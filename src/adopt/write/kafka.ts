import type { TopicSpec } from "../../kinds/kafka-topic/definition.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Json, JsonObject } from "../../topology/json.ts";
import { clusterPlace } from "../found.ts";
import { shapeProblem } from "./compiled.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { sizeText } from "./words.ts";

/** Finds words for the topics of a Kafka cluster. */
export function writeTopics(
  objects: readonly PlanObject[],
  { cluster, version }: { readonly cluster: string; readonly version?: string },
): Part {
  const entries: Entry[] = [];
  const unsaid: Unsaid[] = [];
  for (const object of objects) {
    if (object.kind !== "kafka-topic") continue;
    const spec = object.spec as TopicSpec;
    const value = topicWords(spec);
    const problem = shapeProblem({ kafka: { topics: { [spec.name]: value } } });
    if (problem === undefined)
      entries.push({ block: "topics", name: spec.name, value, says: [object.key], comments: [] });
    else unsaid.push({ object, reason: `The topic "${spec.name}" has no word here: ${problem}` });
  }
  return {
    broker: "kafka",
    cluster,
    ...(version !== undefined && { version }),
    place: clusterPlace("kafka", cluster),
    entries,
    unsaid,
  };
}

function topicWords({ partitions, replicationFactor, config }: TopicSpec): JsonObject {
  const rest = { ...config };
  const words: JsonObject = {};
  const take = (setting: string, word: string, toWord: (value: string) => Json | undefined): void => {
    const value = rest[setting];
    const said = value === undefined ? undefined : toWord(value);
    if (said === undefined) return;
    words[word] = said;
    delete rest[setting];
  };
  take("retention.ms", "retention", (value) => {
    if (value === "-1") return "forever";
    return isWhole(value) ? durationText(Number(value)) : undefined;
  });
  take("retention.bytes", "retentionBytes", (value) => {
    if (value === "-1") return -1;
    return isWhole(value) ? sizeText(Number(value)) : undefined;
  });
  take("cleanup.policy", "cleanup", (value) => cleanups.get(value));
  return {
    partitions,
    replication: replicationFactor,
    ...words,
    ...(Object.keys(rest).length > 0 && {
      config: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, settingOf(value)])),
    }),
  };
}

const cleanups: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["delete", "delete"],
  ["compact", "compact"],
  ["compact,delete", ["compact", "delete"]],
]);

const isWhole = (value: string): boolean =>
  String(Number(value)) === value && Number.isSafeInteger(Number(value)) && Number(value) >= 0;

/** As a person writes it, if that becomes the same text again. */
function settingOf(value: string): Json {
  if (value === "true" || value === "false") return value === "true";
  return value !== "" && String(Number(value)) === value && Number.isFinite(Number(value))
    ? Number(value)
    : value;
}
