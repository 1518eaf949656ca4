import { topicKey } from "../../kinds/key.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { isObject } from "../../topology/json.ts";
import type { Change, Step } from "../changes.ts";
import { deletion, listed, nameOf, nextName, placeOf, type Sides, type WayOut, yamlOf } from "./words.ts";

/** Records stay where they are: consumers read the old topic to its end while producers write to a new one. */
export const topicWayOut: WayOut = (change, sides) => {
  const { before, after } = change;
  if (!before) return undefined;
  if (change.effect === "in-place") return renamedGroup(change) ?? shortened(change);
  if (before.addedBy !== undefined)
    return [
      { text: `Wait until every record of topic "${nameOf(before)}" was handled.` },
      deletion(`topic "${nameOf(before)}"`, [before.key], sides),
    ];
  const successor = after ?? sides.after.get(change.renamed ?? "");
  const steps = successor?.written ? takenOver(before, successor, sides) : [];
  return [
    ...(steps.length > 0 ? steps : [{ text: `Stop the producers of topic "${nameOf(before)}".` }]),
    readToTheEnd(before),
    deletion(
      `topic "${nameOf(before)}" when nobody needs its records any more`,
      [before.key, ...besideOf(before, sides).map(({ key }) => key)],
      sides,
    ),
  ];
};

function takenOver(before: PlanObject, successor: PlanObject, sides: Sides): Step[] {
  const old = nameOf(before);
  const isTaken = (name: string): boolean => {
    const key = topicKey(before.cluster, name);
    return sides.before.has(key) || sides.after.has(key);
  };
  const name = successor.key === before.key ? nextName(old, isTaken) : nameOf(successor);
  const { cluster } = before;
  return [
    {
      text: `Add topic "${name}" beside "${old}", with the settings that "${old}" was to get.`,
      yaml: yamlOf({
        kafka: { ...(cluster !== "main" && { cluster }), topics: { [name]: successor.written } },
      }),
    },
    {
      text: `Let the consumers of "${old}" (${listed(groupsOf(before))}) read "${name}" as well. Where the order of a key matters, they begin with "${name}" only when they have read "${old}" to its end after step 3.`,
    },
    { text: `Let producers write to "${name}" instead of "${old}".` },
  ];
}

const tool = "kafka-consumer-groups.sh --bootstrap-server BROKER";

const readToTheEnd = (topic: PlanObject): Step => ({
  text: `Wait until all consumer groups have read "${nameOf(topic)}" to its end (LAG 0): ${groupsOf(topic)
    .map((group) => `${tool} --describe --group ${group}`)
    .join("; ")}`,
});

/** A shorter retention deletes what nobody has read yet, too. */
function shortened({ before, fields }: Change): Step[] | undefined {
  const isShorter = fields.some(
    ({ field, impact }) =>
      impact === "message-loss" && field.startsWith("config.") && field.includes("retention"),
  );
  return before && isShorter ? [readToTheEnd(before), { text: "Then roll this change out." }] : undefined;
}

/** A group under another name knows nothing of what the first has read: it begins anew or skips. */
function renamedGroup({ before, after }: Change): Step[] | undefined {
  if (!before || !after) return undefined;
  const [had, has] = [namedGroups(before), namedGroups(after)];
  const [old, name] = [had.find((group) => !has.includes(group)), has.find((group) => !had.includes(group))];
  if (old === undefined || name === undefined) return undefined;
  const topic = nameOf(before);
  return [
    { text: `Stop the consumers of group "${old}".` },
    {
      text: `Let group "${name}" begin where "${old}" stopped: ${tool} --group ${old} --topic ${topic} --reset-offsets --to-current --dry-run --export > offsets.csv; ${tool} --group ${name} --reset-offsets --from-file offsets.csv --execute`,
    },
    { text: `Start the consumers as group "${name}".` },
  ];
}

const namedGroups = ({ operations }: PlanObject): string[] => {
  const consumers = operations?.["consumers"];
  return isObject(consumers) ? Object.keys(consumers) : [];
};

/** As the files name them, or a placeholder. */
const groupsOf = (topic: PlanObject): string[] =>
  namedGroups(topic).length > 0 ? namedGroups(topic) : ["GROUP"];

/** Its retry and dead letter topics. */
const besideOf = (topic: PlanObject, { wiring }: Sides): PlanObject[] =>
  (wiring.get(placeOf(topic)) ?? []).filter(
    ({ key }) => key === `${topic.key}.dlt` || key.startsWith(`${topic.key}.retry.`),
  );
