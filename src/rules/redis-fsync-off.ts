import { kind } from "../kinds/redis-server/definition.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "redis-fsync-off",
  severity: "warning",
  summary: "A Redis leaves it to the operating system when jobs reach the disk.",
  why: "A crash then loses up to half a minute of jobs instead of a second.",
  fix: "Remove appendfsync; everysec is the default here.",
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      const [key, setting] =
        Object.entries(value.config ?? {}).find(([written]) => written.toLowerCase() === "appendfsync") ?? [];
      if (key === undefined || (setting !== "no" && setting !== false)) continue;
      report({
        what: `The Redis "${name}" has appendfsync no.`,
        mark: keyMarkOf(value, "config", key) ?? mark,
      });
    }
  },
};
