export type QueueType = "classic" | "quorum" | "stream";

/** The type of a queue with these arguments: the broker takes one without a type for a classic one. */
export const storedQueueType = (stored: Readonly<Record<string, unknown>>): QueueType =>
  (stored["x-queue-type"] as QueueType | undefined) ?? "classic";

interface ArgumentRule {
  readonly types: readonly QueueType[];
  readonly value: "string" | "integer" | "boolean" | "age" | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** The policy key that says the same, where there is one: a policy can be changed on a living queue. */
  readonly policy?: string;
}

const both = ["classic", "quorum"] as const;
const all = ["classic", "quorum", "stream"] as const;
const tenYears = 315_360_000_000;

/**
 * Queue arguments of RabbitMQ 3.10 to 4.3: which queue types know them and what they may hold. The broker refuses an
 * argument of another type (406) and silently ignores one that it doesn't know at all.
 * Source: rabbit_amqqueue.erl and the queue type modules, v3.12 to v4.3.
 */
export const queueArguments: Readonly<Record<string, ArgumentRule>> = {
  "x-queue-type": { types: all, value: ["classic", "quorum", "stream"] },
  "x-message-ttl": { types: both, value: "integer", minimum: 0, maximum: tenYears, policy: "message-ttl" },
  "x-expires": { types: both, value: "integer", minimum: 1, maximum: tenYears, policy: "expires" },
  "x-max-length": { types: both, value: "integer", minimum: 0, policy: "max-length" },
  "x-max-length-bytes": { types: all, value: "integer", minimum: 0, policy: "max-length-bytes" },
  "x-overflow": {
    types: both,
    value: ["drop-head", "reject-publish", "reject-publish-dlx"],
    policy: "overflow",
  },
  "x-dead-letter-exchange": { types: both, value: "string", policy: "dead-letter-exchange" },
  "x-dead-letter-routing-key": { types: both, value: "string", policy: "dead-letter-routing-key" },
  "x-dead-letter-strategy": {
    types: ["quorum"],
    value: ["at-most-once", "at-least-once"],
    policy: "dead-letter-strategy",
  },
  "x-max-priority": { types: ["classic"], value: "integer", minimum: 0, maximum: 255 },
  "x-single-active-consumer": { types: both, value: "boolean" },
  "x-delivery-limit": { types: ["quorum"], value: "integer", minimum: -1, policy: "delivery-limit" },
  "x-quorum-initial-group-size": { types: ["quorum"], value: "integer", minimum: 1 },
  "x-consumer-timeout": { types: ["quorum"], value: "integer", minimum: 0, policy: "consumer-timeout" },
  "x-consumer-disconnected-timeout": {
    types: ["quorum"],
    value: "integer",
    minimum: 0,
    policy: "consumer-disconnected-timeout",
  },
  "x-delayed-retry-type": {
    types: ["quorum"],
    value: ["disabled", "all", "failed", "returned"],
    policy: "delayed-retry-type",
  },
  "x-delayed-retry-min": { types: ["quorum"], value: "integer", minimum: 1, policy: "delayed-retry-min" },
  "x-delayed-retry-max": { types: ["quorum"], value: "integer", minimum: 1, policy: "delayed-retry-max" },
  "x-queue-leader-locator": {
    types: all,
    value: ["client-local", "balanced", "random", "least-leaders", "min-masters"],
    policy: "queue-leader-locator",
  },
  "x-queue-master-locator": {
    types: ["classic"],
    value: ["client-local", "random", "min-masters"],
    policy: "queue-master-locator",
  },
  "x-queue-version": {
    types: ["classic"],
    value: "integer",
    minimum: 1,
    maximum: 2,
    policy: "queue-version",
  },
  "x-queue-mode": { types: ["classic"], value: ["default", "lazy"], policy: "queue-mode" },
  "x-max-in-memory-length": {
    types: ["quorum"],
    value: "integer",
    minimum: 0,
    policy: "max-in-memory-length",
  },
  "x-max-in-memory-bytes": { types: ["quorum"], value: "integer", minimum: 0, policy: "max-in-memory-bytes" },
  "x-max-age": { types: ["stream"], value: "age", policy: "max-age" },
  "x-stream-max-segment-size-bytes": {
    types: ["stream"],
    value: "integer",
    minimum: 0,
    maximum: 3_000_000_000,
    policy: "stream-max-segment-size-bytes",
  },
  "x-stream-filter-size-bytes": {
    types: ["stream"],
    value: "integer",
    minimum: 16,
    maximum: 255,
    policy: "stream-filter-size-bytes",
  },
  "x-initial-cluster-size": { types: ["stream"], value: "integer", minimum: 1 },
};

/** What is wrong with the value of a known argument, as the end of a sentence; undefined when it is right. */
export function argumentProblem(name: string, value: unknown): string | undefined {
  const rule = Object.hasOwn(queueArguments, name) ? queueArguments[name] : undefined;
  if (!rule) return undefined;
  if (Array.isArray(rule.value)) {
    return rule.value.includes(value as string) ? undefined : `must be one of ${rule.value.join(", ")}`;
  }
  switch (rule.value) {
    case "string":
      return typeof value === "string" ? undefined : "must be a text";
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "age":
      return typeof value === "string" && /^[1-9][0-9]*[YMDhms]$/.test(value)
        ? undefined
        : 'must be an age such as "7D" (units Y M D h m s, where M is months)';
    default: {
      const low = rule.minimum ?? -Infinity;
      const high = rule.maximum ?? Infinity;
      const fits = Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
      if (fits) return undefined;
      return high === Infinity
        ? `must be a whole number from ${low}, without quotes`
        : `must be a whole number from ${low} to ${high}, without quotes`;
    }
  }
}
