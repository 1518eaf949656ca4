import { kind } from "../kinds/redis-server/definition.ts";
import { markOf } from "../topology/mark.ts";
import { sizeToBytes } from "../topology/units.ts";
import type { Rule } from "./rule.ts";

/** The log may double before it is rewritten, and is rewritten beside the old one. */
const timesMemory = 3;

export const rule: Rule = {
  id: "redis-storage-small",
  severity: "warning",
  summary: "The volume of a Redis is hardly larger than its memory.",
  why: "The append-only file grows to a multiple of the data before it is rewritten; on a full disk Redis refuses every new job.",
  fix: "Give it several times the memory.",
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      if (value.on !== "kubernetes" || value.storage === undefined || value.memory === undefined) continue;
      if (sizeToBytes(value.storage) >= timesMemory * sizeToBytes(value.memory)) continue;
      report({
        what: `The Redis "${name}" has ${value.storage} of storage for ${value.memory} of memory.`,
        mark: markOf(value, "storage") ?? mark,
      });
    }
  },
};
