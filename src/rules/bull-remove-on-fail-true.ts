import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { JobQueueValue } from "../kinds/redis-content/value.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "bull-remove-on-fail-true",
  severity: "error",
  summary: "Failed jobs are deleted at once, though the failed set is where they should wait.",
  why: "A job that fails for good leaves nothing behind: nobody can see why, or try it again.",
  fix: "Keep some, for example removeOnFail: { age: 30d, count: 10000 }, or name a second queue: deadLetter: { queue: ... }.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<JobQueueValue, RedisContentSpec>("redis-content")) {
      const { removeOnFail: removal, deadLetter } = value;
      const keepsNone =
        removal === true || removal === 0 || (typeof removal === "object" && removal.count === 0);
      if (!keepsNone || typeof deadLetter === "object") continue;
      report({
        what: `Jobs of "${name}" that fail are deleted at once, and the failed set is where its dead letters should be.`,
        mark: keyMarkOf(value, "removeOnFail") ?? mark,
      });
    }
  },
};
