import { isObject } from "../../topology/json.ts";
import type { ImportedFacet } from "../imported.ts";
import type { TopicSpec } from "./definition.ts";

export const imported: ImportedFacet<TopicSpec> = {
  type: () => "kafka:index/topic:Topic",
  imported: ({ name, config }, { config: stored, partitions }) => {
    const [fewest, most] = replicasIn(partitions);
    if (fewest < most) {
      const why = `Its partitions have ${fewest} to ${most} copies, and Pulumi's provider fails on a topic whose partitions differ: now, in \`pulumi up\` and in every refresh. Give all of them as many (kafka-reassign-partitions), and run this again.`;
      return { shows: { op: "create", why } };
    }
    const wanted = config["cleanup.policy"];
    const found = isObject(stored) ? stored["cleanup.policy"] : undefined;
    if (wanted === undefined || found === undefined || found === wanted) return { id: name };
    const why = `Kafka has cleanup.policy as "${String(found)}" and the files as "${wanted}", which Pulumi takes for a change.`;
    return { id: name, shows: { op: "update", why } };
  },
};

/** The fewest and the most copies of a partition. */
function replicasIn(partitions: unknown): [number, number] {
  const counts = (Array.isArray(partitions) ? partitions : []).map((partition: unknown) =>
    isObject(partition) && Array.isArray(partition["replicas"]) ? partition["replicas"].length : 0,
  );
  return [Math.min(...counts), Math.max(...counts)];
}
