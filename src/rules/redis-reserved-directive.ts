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

interface Refusal {
  readonly why: string;
  readonly fix: string;
}
const copy: Refusal = {
  why: "It makes this Redis a copy of another one: its own jobs are deleted, and new ones refused.",
  fix: "Remove it.",
};
const secret: Refusal = {
  why: "It holds a password in clear, which is in everybody's history for good.",
  fix: "Remove it; password takes a reference such as ${secret:REDIS_PASSWORD}.",
};

/** What makes a Redis useless for job queues, or gives its secrets away. */
const harmful: Readonly<Record<string, Refusal>> = {
  "cluster-enabled": {
    why: "A cluster of this one server has no slots, so it refuses every command; in a larger one the keys of a queue must share a hash tag.",
    fix: "Remove it; give another group of queues a Redis of its own.",
  },
  daemonize: {
    why: "The server leaves its container, which Kubernetes then starts again and again.",
    fix: "Remove it.",
  },
  include: {
    why: "What stands in that file can undo all that is set here, and no rule sees it.",
    fix: "Write its directives here, one a line.",
  },
  replicaof: copy,
  slaveof: copy,
  masterauth: secret,
  "tls-key-file-pass": secret,
  "tls-client-key-file-pass": secret,
  user: { ...secret, why: "It holds a password or its hash in clear, or lets everybody in." },
};

export const rule: Rule = {
  id: "redis-reserved-directive",
  severity: "error",
  summary: "The config of a Redis sets what Queueform sets, or what would break it.",
  why: "Queueform sets it so that jobs are not lost and the other objects fit; a second value would win silently.",
  fix: "Remove it, or use the word that sets it.",
  structural: true,
  check: ({ files }, report) => {
    for (const { name, value, mark } of files.flatMap(kind.declare)) {
      for (const written of Object.keys(value.config ?? {})) {
        const at = keyMarkOf(value, "config", written) ?? mark;
        // Redis knows directives in any case, and a key with a blank in it would bring its own value along.
        const directive = written.trim().split(/\s/)[0]?.toLowerCase() ?? "";
        const reserved = reservedDirectives.find((one) => one === directive);
        if (reserved) {
          report({
            what: `"config" of Redis "${name}" may not set ${reserved}.`,
            why: "Queueform sets it so that jobs are not lost and the other objects fit; a second value would win silently.",
            fix: instead[reserved],
            mark: at,
          });
        } else if (Object.hasOwn(harmful, directive)) {
          report({
            what: `"config" of Redis "${name}" may not set ${directive}.`,
            ...harmful[directive],
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
