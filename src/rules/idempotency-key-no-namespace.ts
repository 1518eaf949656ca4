import type { RedisContentSpec } from "../kinds/redis-content/spec.ts";
import type { RedisServerValue } from "../kinds/redis-server/value.ts";
import { namedValues } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "idempotency-key-no-namespace",
  severity: "error",
  summary: "Handled messages are remembered under keys that belong to a job queue.",
  why: "An id that is equal to the name of one of its keys takes that key's place, and the queue stops working.",
  fix: 'Choose a keyPrefix of its own, such as "processed:".',
  check: ({ files, ofKind }, report) => {
    const queues = Map.groupBy(ofKind<unknown, RedisContentSpec>("redis-content"), ({ cluster }) => cluster);
    for (const { name, value, mark } of files.flatMap((file) => namedValues(file, "redis"))) {
      const { idempotency } = value as unknown as RedisServerValue;
      if (!idempotency) continue;
      const taken = queues.get(name)?.find(({ spec }) => idempotency.keyPrefix.startsWith(`${spec.prefix}:`));
      if (!taken) continue;
      report({
        what: `Keys that begin with "${idempotency.keyPrefix}" belong to job queues such as "${taken.name}" (prefix "${taken.spec.prefix}").`,
        mark: markOf(idempotency, "keyPrefix") ?? mark,
      });
    }
  },
};
