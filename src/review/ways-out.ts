import { vhostKey } from "../kinds/key.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import type { Change } from "./changes.ts";
import { exchangeWayOut } from "./ways-out/exchange.ts";
import { jobQueueWayOut } from "./ways-out/job-queue.ts";
import { kubernetesWayOut } from "./ways-out/kubernetes.ts";
import { queueWayOut } from "./ways-out/queue.ts";
import { topicWayOut } from "./ways-out/topic.ts";
import { vhostWayOut } from "./ways-out/vhost.ts";
import { placeOf, type Sides, type WayOut } from "./ways-out/words.ts";

const ways: Readonly<Record<string, WayOut>> = {
  "kafka-topic": topicWayOut,
  "kubernetes-object": kubernetesWayOut,
  "rabbitmq-exchange": exchangeWayOut,
  "rabbitmq-queue": queueWayOut,
  "rabbitmq-vhost": vhostWayOut,
  "redis-content": jobQueueWayOut,
};

/**
 * Adds the way that loses nothing to each change that can't be done in place. Every step but the last is safe or a mere
 * switch in the eyes of `diff` itself; the last deletes what is empty by then, and needs an approval like any deletion.
 */
export function withWaysOut(changes: readonly Change[], before: Plan, after: Plan): Change[] {
  const needy = changes.filter(needsWayOut);
  if (needy.length === 0) return [...changes];
  const sides: Sides = {
    before: new Map(before.objects.map((object) => [object.key, object])),
    bindings: bindingsByNeed(before.objects),
    wiring: Map.groupBy(
      before.objects.filter(({ addedBy }) => addedBy !== undefined && wiring.has(addedBy)),
      placeOf,
    ),
    after: new Map(after.objects.map((object) => [object.key, object])),
    changes: new Map(changes.map((change) => [change.key, change])),
    environment: after.environment ?? before.environment ?? "ENV",
  };
  return changes.map((change) => {
    const steps = needsWayOut(change) && !goesWithVhost(change, sides) && ways[change.kind]?.(change, sides);
    return steps ? { ...change, wayOut: steps } : change;
  });
}

const wiring = new Set(["dead-letter", "retry", "kafka-retry"]);

function bindingsByNeed(objects: readonly PlanObject[]): Map<string, PlanObject[]> {
  const found = new Map<string, PlanObject[]>();
  for (const object of objects) {
    if (object.kind !== "rabbitmq-binding") continue;
    for (const key of object.dependsOn) {
      const known = found.get(key);
      if (known) known.push(object);
      else found.set(key, [object]);
    }
  }
  return found;
}

const needsWayOut = ({ operation, takenAlongBy }: Change): boolean =>
  takenAlongBy === undefined && operation !== "add";

function goesWithVhost({ before }: Change, { changes }: Sides): boolean {
  const vhost = before?.spec["vhost"];
  return (
    before !== undefined &&
    typeof vhost === "string" &&
    changes.get(vhostKey(before.cluster, vhost))?.operation === "remove"
  );
}
