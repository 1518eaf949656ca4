import type { QueueWithBehaviour } from "../patterns/queue-behaviour.ts";
import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "consumer-replicas",
  severity: "error",
  summary: "The number of consumers contradicts itself or the queue.",
  why: "Whatever scales the consumers would be refused, or would start instances that never get a message.",
  fix: "Correct min and max.",
  check: ({ ofKind }, report) => {
    for (const { name, value, mark } of ofKind<QueueWithOperations & QueueWithBehaviour, never>(
      "rabbitmq-queue",
    )) {
      const { min, max } = value.consumers?.replicas ?? {};
      if (min !== undefined && max !== undefined && min > max) {
        report({
          what: `"${name}" asks for at least ${min} and at most ${max} instances of its consumer.`,
          mark: keyMarkOf(value, "consumers", "replicas", "min") ?? mark,
        });
      }
      // A second one is there to take over; a third never works.
      if (value.singleActiveConsumer === true && max !== undefined && max > 2) {
        report({
          severity: "warning",
          what: `"${name}" has a single active consumer, and up to ${max} instances of it.`,
          why: "One works and one can take over; the others wait for nothing.",
          fix: "Set max to 2, or give up the single active consumer.",
          mark: keyMarkOf(value, "consumers", "replicas", "max") ?? mark,
        });
      }
    }
  },
};
