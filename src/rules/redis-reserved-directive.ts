import { kind } from "../kinds/redis-server/definition.ts";
import { reservedDirectives } from "../kinds/redis-server/redis-conf.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

const instead: Record<(typeof reservedDirectives)[number], string> = {
  "maxmemory-policy": "Remove it. A cache, where old entries may go, needs a Redis of its own.",
  maxmemory: "Set memory; Redis gets 75 % of it.",
  appendonly: "Remove it; persistence: aof is always on.",
  dir: "Remove it; the volume is mounted at /data.",
  port: "Remove it; Services and probes use 6379.",
  requirepass: "Set password to a reference such as ${secret:REDIS_PASSWORD}.",
};

export const rule: Rule = {
  id: "redis-reserved-directive",
  severity: "error",
  summary: "The config of a Redis sets what Queueform sets.",
  why: "Queueform sets it so that jobs are not lost and the other objects fit; a second value would win silently.",
  fix: "Remove it, or use the word that sets it.",
  structural: true,
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      for (const written of Object.keys(value.config ?? {})) {
        const at = keyMarkOf(value, "config", written) ?? mark;
        // Redis knows directives in any case, and a key with a blank in it would bring its own value along.
        const reserved = reservedDirectives.find(
          (directive) => directive === written.trim().split(/\s/)[0]?.toLowerCase(),
        );
        if (reserved) {
          report({
            what: `"config" of Redis "${name}" may not set ${reserved}.`,
            why: "Queueform sets it so that jobs are not lost and the other objects fit; a second value would win silently.",
            fix: instead[reserved],
            mark: at,
          });
        } else if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(written)) {
          report({
            what: `"${written}" is not the name of a redis.conf directive.`,
            why: "Redis refuses to start with a directive it doesn't know.",
            fix: "Write the directive's name as the key and the rest of its line as the value.",
            mark: at,
          });
        }
      }
    }
  },
};
