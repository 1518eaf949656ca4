import { isObject } from "../../topology/json.ts";
import type { StateFacet } from "../state.ts";
import type { TopicSpec } from "./definition.ts";

export const state: StateFacet<TopicSpec> = {
  isType: (type) => type === "kafka:index/topic:Topic",
  specOf: ({ name, partitions, replicationFactor, config = {} }) => {
    if (typeof name !== "string" || typeof partitions !== "number" || typeof replicationFactor !== "number")
      return undefined;
    if (!isObject(config)) return undefined;
    const texts = Object.entries(config).filter(([setting]) => setting !== "__defaults");
    return {
      name,
      partitions,
      replicationFactor,
      config: Object.fromEntries(texts.map(([setting, value]) => [setting, String(value)])),
    };
  },
};
