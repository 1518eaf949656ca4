import { isObject } from "../../topology/json.ts";
import type { StateFacet } from "../state.ts";
import { specArguments } from "./canonical-arguments.ts";
import type { QueueSpec } from "./definition.ts";

export const state: StateFacet<QueueSpec> = {
  isType: (type) => type === "rabbitmq:index/queue:Queue",
  specOf: ({ vhost, name, settings }) => {
    if (typeof vhost !== "string" || typeof name !== "string" || !isObject(settings)) return undefined;
    const found = specArguments(settings);
    const { durable, autoDelete } = settings;
    return (
      found && { vhost, name, durable: durable === true, autoDelete: autoDelete === true, arguments: found }
    );
  },
};
