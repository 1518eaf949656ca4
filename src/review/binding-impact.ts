import { exchangeKey, queueKey, vhostKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { isBuiltInExchange } from "../kinds/rabbitmq-exchange/definition.ts";
import type { PlanObject } from "../plan/plan.ts";
import { keyOf as keyToPublish, type Sample, samplesOf } from "../routing/samples.ts";
import { Simulator } from "../routing/simulate.ts";
import { type Change, rank } from "./changes.ts";
import type { RoutingChange } from "./review.ts";
import { wiring } from "./routing.ts";

/**
 * What the loss of a binding does to messages is known once they were routed on both sides: none may need it any more.
 * A binding that goes along with its exchange or queue, or whose exchange the files don't know, stays what its kind says.
 */
export function withRoutedBindings(
  changes: readonly Change[],
  routing: readonly RoutingChange[],
  after: readonly PlanObject[],
): Change[] {
  const known = new Set(after.map(({ key }) => key));
  const simulators = new Map<string, Simulator>();
  const simulatorOf = ({ cluster, spec }: PlanObject): Simulator => {
    const place = vhostKey(cluster, String(spec["vhost"]));
    const simulator =
      simulators.get(place) ?? new Simulator(after, { cluster, vhost: String(spec["vhost"]) });
    simulators.set(place, simulator);
    return simulator;
  };
  return changes.map((change) => {
    const { key, kind, operation, before } = change;
    if (kind !== "rabbitmq-binding" || operation !== "remove" || !before) return change;
    const { vhost, source, destination, destinationType } = before.spec as BindingSpec;
    const keyOf = destinationType === "queue" ? queueKey : exchangeKey;
    const isWhole =
      known.has(keyOf(before.cluster, vhost, destination)) &&
      (isBuiltInExchange(source) || known.has(exchangeKey(before.cluster, vhost, source)));
    if (!isWhole) return change;
    if (wiring.has(before.addedBy ?? "")) return rewired(change, before, simulatorOf(before));
    const worst = routing
      .filter(({ what, causes }) => what !== "newly-reaches" && causes.includes(key))
      .toSorted((a, b) => rank(a.impact) - rank(b.impact))[0];
    if (worst?.impact === "message-loss") return change;
    return worst
      ? { ...change, impact: worst.impact, sentence: worst.sentence }
      : {
          ...change,
          impact: "safe",
          sentence: `Whatever it takes from "${source}" still reaches the same queues without it.`,
        };
  });
}

/** Only the broker publishes there, with dead letters: these may go elsewhere now, but somewhere. */
function rewired(change: Change, { spec }: PlanObject, simulator: Simulator): Change {
  const binding = spec as BindingSpec;
  const { source } = binding;
  const samples = samplesOf(binding, simulator.exchange(source)?.type ?? "", 1);
  const isTaken = (sample: Sample): boolean =>
    simulator.publish(source, keyToPublish(sample), sample.headers).queues.length > 0;
  return samples.length > 0 && samples.every(isTaken)
    ? {
        ...change,
        impact: "safe",
        sentence: `Other bindings of "${source}" take its dead letters from now on.`,
      }
    : change;
}
