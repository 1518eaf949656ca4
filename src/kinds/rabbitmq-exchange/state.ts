import { isObject } from "../../topology/json.ts";
import { specArguments } from "../rabbitmq-queue/canonical-arguments.ts";
import type { StateFacet } from "../state.ts";
import type { ExchangeSpec } from "./definition.ts";

export const state: StateFacet<ExchangeSpec> = {
  isType: (type) => type === "rabbitmq:index/exchange:Exchange",
  specOf: ({ vhost, name, settings }) => {
    if (typeof vhost !== "string" || typeof name !== "string" || !isObject(settings)) return undefined;
    const { type, durable, autoDelete } = settings;
    const found = specArguments(settings);
    if (!found || typeof type !== "string") return undefined;
    return {
      vhost,
      name,
      type,
      durable: durable === true,
      autoDelete: autoDelete === true,
      arguments: found,
    };
  },
};
