import { kind } from "../kinds/redis-server/definition.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "redis-licence",
  severity: "info",
  summary: "A Redis is of a version that is no longer under the BSD licence.",
  why: "Redis 7.4 is under RSALv2 or SSPLv1, 8.0 under AGPLv3 too; some companies allow none of them.",
  fix: "Stay with 7.2, or name an image of Valkey, its BSD successor; turn this rule off where the licence is no question.",
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      if (value.version === undefined || value.image !== undefined) continue;
      const [major = 0, minor = 0] = value.version.split(/[.-]/).map(Number);
      if (major < 7 || (major === 7 && minor < 4)) continue;
      report({
        what: `The Redis "${name}" is version ${value.version}.`,
        mark: markOf(value, "version") ?? mark,
      });
    }
  },
};
