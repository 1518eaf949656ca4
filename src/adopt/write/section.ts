import type { Json, JsonObject } from "../../topology/json.ts";
import type { Entry, Part } from "./entry.ts";

/** The order in which a person would look for things. */
const blocks = ["vhosts", "exchanges", "queues", "policies", "topics", "apps"];

/** The part of a topology file that says these entries of a vhost or Kafka cluster. */
export function sectionOf(part: Part, entries: readonly Entry[]): JsonObject {
  const { broker, cluster, vhost, version } = part;
  const section: Record<string, Json> = {
    ...(cluster !== "main" && { cluster }),
    ...(version !== undefined && { version }),
    ...(vhost !== undefined && vhost !== "/" && { vhost }),
  };
  for (const block of blocks) {
    const own = entries.filter((entry) => entry.block === block);
    if (own.length > 0) section[block] = Object.fromEntries(own.map(({ name, value }) => [name, value]));
  }
  return { [broker]: section };
}
