import { queueKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { endlessAt, follow, restingPlaces, type Stay } from "../routing/life.ts";
import { type DeathReason, type Message, messageFor } from "../routing/message.ts";
import { keyOf } from "../routing/samples.ts";
import type { Simulator } from "../routing/simulate.ts";
import type { Change } from "./changes.ts";
import type { Paths } from "./paths.ts";
import { changedOn, type VhostChange } from "./reached.ts";
import type { RoutingChange } from "./review.ts";

const reasons: Readonly<Record<DeathReason, string>> = {
  rejected: "messages that consumers reject",
  expired: "messages that expire",
  maxlen: "messages beyond the limit",
  delivery_limit: "messages that were redelivered too often",
};

/** Where a dead letter's own key matters, so many of those that the queue gets are tried. */
const mostMessages = 20;

/** Queues that both sides have and whose dead letters came to rest in a queue before, and do no more. */
export function droppedDeadLetters(
  place: VhostChange,
  changes: readonly Change[],
  paths: Paths,
  bindings: readonly BindingSpec[],
): RoutingChange[] {
  const queues = queuesBefore(place, changes, paths, bindings);
  const feeding = Map.groupBy(
    bindings.filter(
      ({ destination, destinationType }) => destinationType === "queue" && queues.has(destination),
    ),
    ({ destination }) => destination,
  );
  return [...queues].toSorted().flatMap((queue) => {
    const arriving = [
      ...(feeding.get(queue) ?? []).flatMap((binding) =>
        paths.through(binding).map((sample) => messageFor(binding.source, keyOf(sample), sample.headers)),
      ),
      messageFor("", queue),
    ].slice(0, mostMessages);
    const dropped = Object.keys(reasons).flatMap((reason) =>
      arriving.flatMap((message) => droppedNow(place, queue, message, reason as DeathReason)).slice(0, 1),
    );
    return dropped.length === 0 ? [] : [entry(place, queue, dropped)];
  });
}

interface Dropped {
  readonly reason: DeathReason;
  readonly message: Message;
  readonly causes: readonly string[];
}

function droppedNow(place: VhostChange, queue: string, message: Message, reason: DeathReason): Dropped[] {
  const live = (side: Simulator): Stay[] => follow(side, { queues: [queue], message }, reason);
  const was = live(place.before);
  if (!was.some(({ death }) => death) || restingPlaces(was).length === 0) return [];
  const is = live(place.after);
  if (restingPlaces(is).length > 0 || endlessAt(is) !== undefined) return [];
  const found = [...new Set([...changedIn(place, was), ...changedIn(place, is)])].toSorted();
  return [{ reason, message, causes: found }];
}

/** Keys of what changes on the ways of a message and its dead letters. */
function changedIn(place: VhostChange, stays: readonly Stay[]): string[] {
  const { cluster, vhost, changed } = place;
  return stays.flatMap(({ queue, death, next }) => [
    ...[queueKey(cluster, vhost, queue)].filter((key) => changed.has(key)),
    ...(death?.route ? changedOn(place, death.route.way) : []),
    ...changedIn(place, next),
  ]);
}

function entry(
  { cluster, vhost, before }: VhostChange,
  queue: string,
  dropped: readonly Dropped[],
): RoutingChange {
  const all = Object.keys(reasons).length === dropped.length;
  const which = dropped.map(({ reason }) => reasons[reason]).join(", ");
  const { message } = dropped[0]!;
  const key = before.queueSetting(queue, "dead-letter-routing-key");
  return {
    cluster,
    vhost,
    exchange: String(before.queueSetting(queue, "dead-letter-exchange")),
    key: typeof key === "string" ? key : (message.keys[0] ?? ""),
    what: "dead-letter-dropped",
    queue,
    impact: "message-loss",
    sentence: `Dead letters of ${queue}${all ? "" : ` (${which})`} are dropped: they reach no queue any more.`,
    causes: [...new Set(dropped.flatMap(({ causes }) => causes))].toSorted(),
  };
}

/** The queues with dead letters whose way may lead over something that changes. */
function queuesBefore(
  { before, after }: VhostChange,
  changes: readonly Change[],
  paths: Paths,
  bindings: readonly BindingSpec[],
): Set<string> {
  const sides = [before, after];
  const found = new Set<string>();
  const exchanges = new Set<string>();
  const byDeadLetter = Map.groupBy(
    before
      .queueNames()
      .filter((queue) => after.canDie(queue))
      .flatMap((queue) =>
        sides.map((side) => ({ queue, exchange: side.queueSetting(queue, "dead-letter-exchange") })),
      ),
    ({ exchange }) => exchange,
  );
  const feeding = Map.groupBy(bindings, ({ destinationType, destination }) =>
    JSON.stringify([destinationType, destination]),
  );
  const fromQueue = (queue: string): void => {
    for (const { source } of feeding.get(JSON.stringify(["queue", queue])) ?? []) fromExchange(source);
  };
  const fromExchange = (exchange: string): void => {
    for (const source of paths.before(exchange)) {
      if (exchanges.has(source)) continue;
      exchanges.add(source);
      for (const { queue } of byDeadLetter.get(source) ?? []) {
        if (found.has(queue)) continue;
        found.add(queue);
        fromQueue(queue);
      }
    }
  };
  for (const { kind, before: was, after: is } of changes) {
    const spec = (is ?? was)!.spec;
    const name = String(spec["name"]);
    if (kind === "rabbitmq-binding") fromExchange(String(spec["source"]));
    if (kind === "rabbitmq-exchange") fromExchange(name);
    if (kind === "rabbitmq-queue") {
      if (was && is && !found.has(name)) found.add(name);
      fromQueue(name);
    }
  }
  return found;
}
