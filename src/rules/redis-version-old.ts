import { kind } from "../kinds/redis-server/definition.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "redis-version-old",
  severity: "warning",
  summary: "A Redis is older than 6.2.",
  why: "BullMQ refuses Redis before 5.0 and advises 6.2; older ones get no security fixes.",
  fix: "Use \"version: '7.2'\", the last one under the BSD licence, or newer.",
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      if (value.version === undefined || value.image !== undefined) continue;
      const [major = 0, minor = 0] = value.version.split(/[.-]/).map(Number);
      if (major > 6 || (major === 6 && minor >= 2)) continue;
      report({
        what: `The Redis "${name}" is version ${value.version}.`,
        mark: markOf(value, "version") ?? mark,
      });
    }
  },
};
