import type { TopicSpec } from "../kinds/kafka-topic/definition.ts";
import type { TopicWithApps } from "../patterns/apps/kafka-roles.ts";
import type { QueueWithBehaviour } from "../patterns/queue-behaviour.ts";
import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import { keyMarkOf, type Mark } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "scaling-missing",
  severity: "info",
  summary: "The number of consumers may change, and nothing says by what.",
  why: "Whatever scales the consumers has no measure for one more or one less, so their number stays as it is.",
  fix: 'Add "perReplica" at a queue or "maxLag" at a consumer group, or make min and max equal.',
  check: ({ ofKind }, report) => {
    const check = (who: string, range: Range, measure: number | undefined, mark: Mark): void => {
      const { min = 1, max = min } = range;
      if (max <= min || measure !== undefined) return;
      report({
        what: `${who} may have ${min} to ${max} instances, and nothing says when there are more.`,
        mark,
      });
    };
    for (const { name, value, mark } of ofKind<QueueWithOperations & QueueWithBehaviour, never>(
      "rabbitmq-queue",
    )) {
      const { replicas } = value.consumers ?? {};
      // Those of a single active consumer are there to take over.
      if (!replicas || value.singleActiveConsumer === true) continue;
      const at = keyMarkOf(value, "consumers", "replicas") ?? mark;
      check(`The consumer of "${name}"`, replicas, replicas.perReplica, at);
    }
    for (const { name, value, mark } of ofKind<TopicWithApps, TopicSpec>("kafka-topic"))
      for (const [group, { instances, maxLag }] of Object.entries(value.consumers ?? {})) {
        if (!instances) continue;
        const at = keyMarkOf(value, "consumers", group, "instances") ?? mark;
        check(`Group "${group}" of "${name}"`, instances, maxLag, at);
      }
  },
};

interface Range {
  readonly min?: number;
  readonly max?: number;
}
