import { isObject } from "../../topology/json.ts";
import type { StateFacet } from "../state.ts";
import { specArguments } from "./canonical-arguments.ts";
import type { QueueSpec } from "./definition.ts";

export const state: StateFacet<QueueSpec> = {
  isType: (type) => type === "rabbitmq:index/queue:Queue",
  // After a refresh the inputs lack arguments of which some have become numbers, or all have become texts.
  specOf: ({ vhost, name, settings: written }, { settings = written }) => {
    if (typeof vhost !== "string" || typeof name !== "string" || !isObject(settings)) return undefined;
    const found = specArguments(settings);
    const { durable, autoDelete } = settings;
    return (
      found && { vhost, name, durable: durable === true, autoDelete: autoDelete === true, arguments: found }
    );
  },
};
