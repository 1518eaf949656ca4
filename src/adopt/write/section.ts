import type { Json, JsonObject } from "../../topology/json.ts";
import type { Entry, Part } from "./entry.ts";

/** The order in which a person would look for things. */
const blocks = ["vhosts", "exchanges", "queues", "requestReply", "policies", "topics", "apps", "users"];

/** The part of a topology file that says these entries of a vhost, a Kafka cluster or a Redis. */
export function sectionOf(part: Part, entries: readonly Entry[]): JsonObject {
  const { broker, cluster, vhost, version } = part;
  if (broker === "redis") {
    const server = entries.find(({ block }) => block === "");
    return { redis: { [cluster]: { ...server?.value, ...blocksOf(entries) } } };
  }
  const section: JsonObject = {
    ...(cluster !== "main" && { cluster }),
    ...(version !== undefined && { version }),
    ...(vhost !== undefined && vhost !== "/" && { vhost }),
    ...blocksOf(entries),
  };
  return { [broker]: section };
}

function blocksOf(entries: readonly Entry[]): JsonObject {
  return Object.fromEntries(
    blocks.flatMap((block): [string, Json][] => {
      const own = entries.filter((entry) => entry.block === block);
      return own.length > 0 ? [[block, Object.fromEntries(own.map(({ name, value }) => [name, value]))]] : [];
    }),
  );
}
