import { isObject } from "../../topology/json.ts";
import type { ImportedFacet } from "../imported.ts";
import type { TopicSpec } from "./definition.ts";

export const imported: ImportedFacet<TopicSpec> = {
  type: () => "kafka:index/topic:Topic",
  imported: ({ name, config }, { config: stored }) => {
    const wanted = config["cleanup.policy"];
    const found = isObject(stored) ? stored["cleanup.policy"] : undefined;
    if (wanted === undefined || found === undefined || found === wanted) return { id: name };
    const why = `Kafka has cleanup.policy as "${String(found)}" and the files as "${wanted}", which Pulumi takes for a change.`;
    return { id: name, shows: { op: "update", why } };
  },
};
