import { kind } from "../kinds/redis-server/definition.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "redis-without-password",
  severity: "warning",
  summary: "A Redis asks for no password.",
  why: "Every pod with the right label can read and delete jobs, and every pod at all where the network enforces no policies.",
  fix: 'Add "password: ${secret:NAME}".',
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      if (value.on !== "kubernetes" || value.password !== undefined) continue;
      report({ what: `The Redis "${name}" asks for no password.`, mark });
    }
  },
};
